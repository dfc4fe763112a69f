import { Field } from './Field';

/** A reason that will stand in the trail. */
export function WhyField({
  label,
  most,
  value,
  onChange,
}: {
  label: string;
  most: number;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint="goes into the trail">
      {(p) => (
        <textarea
          {...p}
          className="area"
          rows={2}
          maxLength={most}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}
