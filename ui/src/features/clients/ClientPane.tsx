import { Link } from '@tanstack/react-router';
import { KeyRound, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { CertificateName, ClientView, SecretView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { type FactRow, Facts, Note, Panel } from '~/ui/parts';
import { Id, State, When } from '~/ui/words';
import { ChangeDialog } from './ChangeDialog';
import { DisableDialog } from './DisableDialog';
import {
  byKeys,
  bySecret,
  CERTIFICATE_NAMES,
  certificateDraft,
  comesInVain,
  methodName,
  METHODS,
  SECRETS_MAX,
  shownKeys,
} from './methods';
import { DropSecretDialog, MakeSecretDialog } from './SecretDialogs';

type Open = { what: 'change' | 'disable' | 'make' } | { what: 'drop'; secret: SecretView };

/** One client: how it proves who it is, what it may do, and what can be changed of it. */
export function ClientPane({ of, apis }: { of: ClientView; apis: ReadonlyMap<string, { id: string; name: string }> }) {
  const me = useMe();
  const offline = useOfflineWhy();
  const [open, setOpen] = useState<Open>();
  const admin = me.roles.includes('admin');
  const vain = comesInVain(of);
  return (
    <section className="pad stack stack-16" aria-label={of.id}>
      <div className="head-line">
        <h2 className="serif-h">{of.name}</h2>
        <span className="mono mute">{of.id}</span>
        <span className="push" />
        {admin && (
          <>
            <Button why={offline} onClick={() => setOpen({ what: 'change' })}>
              Change…
            </Button>
            <Button
              kind={of.disabled_at === undefined ? 'danger' : 'plain'}
              why={offline}
              onClick={() => setOpen({ what: 'disable' })}
            >
              {of.disabled_at === undefined ? 'Disable…' : 'Enable…'}
            </Button>
          </>
        )}
      </div>
      {vain && (
        <Note tone="ochre" icon={TriangleAlert}>
          <p>
            <b>It can’t come: {vain}.</b>
          </p>
        </Note>
      )}
      <Standing of={of} apis={apis} />
      {bySecret(of.auth) && (
        <Secrets
          of={of}
          why={admin ? offline : 'an admin makes and drops secrets'}
          onMake={() => setOpen({ what: 'make' })}
          onDrop={(secret) => setOpen({ what: 'drop', secret })}
        />
      )}
      {byKeys(of.auth) && <PublicKeys of={of} />}
      {open?.what === 'change' && <ChangeDialog of={of} onClose={() => setOpen(undefined)} />}
      {open?.what === 'disable' && <DisableDialog of={of} onClose={() => setOpen(undefined)} />}
      {open?.what === 'make' && <MakeSecretDialog of={of} onClose={() => setOpen(undefined)} />}
      {open?.what === 'drop' && <DropSecretDialog of={of} secret={open.secret} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function Standing({ of, apis }: { of: ClientView; apis: ReadonlyMap<string, { id: string; name: string }> }) {
  const now = useNow();
  const named = (keys: readonly string[], none: string) =>
    keys.length === 0 ? (
      <span className="mute">{none}</span>
    ) : (
      <span className="tags">
        {keys.map((key) => {
          const api = apis.get(key);
          return api ? (
            <Link key={key} to="/apis" search={{ id: api.id }}>
              {api.name}
            </Link>
          ) : (
            <span key={key} className="mono">
              {key}
            </span>
          );
        })}
      </span>
    );
  const rows: FactRow[] = [
    [
      'State',
      of.disabled_at === undefined ? (
        <State of="allowed">May come</State>
      ) : (
        <>
          <State of="ended">Disabled</State> <When at={of.disabled_at} now={now} />
        </>
      ),
    ],
    [
      'Proves itself',
      <>
        {methodName(of.auth)} <span className="mono mute">{of.auth}</span>
        <span className="small mute blk">{METHODS.find(([m]) => m === of.auth)?.[2]}</span>
      </>,
    ],
    ['Client of', named(of.apis, 'no API: it can exchange nothing')],
    ['Introspects for', named(of.introspects, 'no other API')],
    ['Its tokens', of.certificate_bound ? 'are bound to its certificate' : 'are bound to a key where it proves one'],
    ['Registered', <When at={of.created_at} now={now} />],
  ];
  if (of.certificate) rows.splice(2, 0, ['Certificate', <Says key="says" of={of.certificate} />]);
  if (of.auth === 'private_key_jwt')
    rows.splice(2, 0, [
      'Audience',
      of.endpoint_audience ? <span className="t-ochre">the issuer, or the token endpoint</span> : 'the issuer only',
    ]);
  return <Facts rows={rows} />;
}

function Says({ of }: { of: CertificateName }) {
  const { kind, value } = certificateDraft(of);
  return (
    <>
      <span className="mono">{value}</span>
      <span className="small mute blk">{CERTIFICATE_NAMES.find(([k]) => k === kind)?.[1]}, to the letter</span>
    </>
  );
}

function Secrets({
  of,
  why,
  onMake,
  onDrop,
}: {
  of: ClientView;
  why: string | undefined;
  onMake: () => void;
  onDrop: (secret: SecretView) => void;
}) {
  const now = useNow();
  const full = of.secrets.length >= SECRETS_MAX ? 'it has two; drop the old one first' : undefined;
  return (
    <Panel
      title={`Secrets, ${of.secrets.length} of ${SECRETS_MAX}`}
      right={
        <Button size="sm" icon={KeyRound} why={why ?? full} onClick={onMake}>
          Make a secret…
        </Button>
      }
    >
      {of.secrets.length === 0 ? (
        <p className="mute">None yet. Two at a time are possible, so that the machine can change without a gap.</p>
      ) : (
        <ul className="acts-l plain" aria-label="Secrets">
          {of.secrets.map((secret, i) => (
            <li key={secret.id}>
              <span>
                <Id of={secret.id} />
                <small>
                  made <When at={secret.made_at} now={now} />
                  {of.secrets.length > 1 && (i === 0 ? ', the older one' : ', the newer one')}
                </small>
              </span>
              <Button
                size="sm"
                kind="danger"
                why={why}
                aria-label={`Drop ${i === 0 && of.secrets.length > 1 ? 'the older' : 'the'} secret…`}
                onClick={() => onDrop(secret)}
              >
                Drop…
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function PublicKeys({ of }: { of: ClientView }) {
  const all = shownKeys(of.jwks);
  return (
    <Panel title="Public keys">
      {all.length === 0 ? (
        <p className="mute">None that could be read.</p>
      ) : (
        <ul className="acts-l plain" aria-label="Public keys">
          {all.map((key, i) => (
            <li key={key.kid ?? i}>
              <span className="mono">{key.kid ?? <span className="mute">without a kid</span>}</span>
              <span className="mute">{key.kind}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
