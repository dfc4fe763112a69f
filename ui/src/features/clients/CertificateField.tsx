import { Field } from '~/features/cases/Field';
import { Tick } from '~/ui/Tick';
import { CERTIFICATE_NAMES, type CertificateDraft, type CertificateKind } from './methods';

/** What the certificate of an authority must say: one thing, to the letter. */
export function CertificateField({
  value,
  wrong,
  onChange,
}: {
  value: CertificateDraft;
  wrong: string | undefined;
  onChange: (value: CertificateDraft) => void;
}) {
  return (
    <div className="pair">
      <Field label="What its certificate says" help="One thing, which the authority gives to nobody else.">
        {(p) => (
          <select
            {...p}
            className="sel"
            value={value.kind}
            onChange={(e) => onChange({ ...value, kind: e.target.value as CertificateKind })}
          >
            {CERTIFICATE_NAMES.map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="It says" hint={value.kind} wrong={wrong}>
        {(p) => (
          <input
            {...p}
            className="inp mono"
            value={value.value}
            autoComplete="off"
            spellCheck={false}
            placeholder={CERTIFICATE_NAMES.find(([kind]) => kind === value.kind)?.[2]}
            onChange={(e) => onChange({ ...value, value: e.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

/** Whether what it gets is of use over its own connections alone. */
export function BoundField({ value, onChange }: { value: boolean; onChange: (bound: boolean) => void }) {
  return (
    <Tick label="Its tokens are bound to its certificate" checked={value} onChange={onChange}>
      A stolen one is of no use over another connection. The APIs that it calls must compare the certificate.
    </Tick>
  );
}
