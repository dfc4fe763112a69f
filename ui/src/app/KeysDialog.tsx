import type { Me } from '~/api/types';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Kbd } from '~/ui/Kbd';
import { flat } from './places';
import { useMe } from './services';

type Row = readonly [what: string, keys: string];

function groups(me: Me): (readonly [string, Row[]])[] {
  const agent = me.roles.includes('agent');
  const anywhere: Row[] = [
    ['Search or go to', 'mod+k'],
    ['These keys', '?'],
    ['Close', 'Esc'],
  ];
  if (agent) anywhere.splice(1, 0, ['New request', 'c'], ['End the session', 'mod+shift+e']);
  const all: (readonly [string, Row[]])[] = [
    ['Anywhere', anywhere],
    ['Go to', flat(me.roles).map((p) => [p.name, `g ${p.key}`] as const)],
    [
      'Lists',
      [
        ['Next, previous', 'j k'],
        ['Open', 'enter'],
      ],
    ],
  ];
  if (me.roles.includes('approver'))
    all.push([
      'To sign',
      [
        ['Sign…', 's'],
        ['Refuse…', 'r'],
      ],
    ]);
  all.push([
    'Trail',
    [
      ['Pause, resume', 'Space'],
      ['Filter', '/'],
      ['Canonical JSON', 'y'],
    ],
  ]);
  all.push(['Forms', [['Send', 'mod+enter']]]);
  return all;
}

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  return (
    <Dialog title="Keys" onClose={onClose} className="keys" bare>
      <div className="dh row">
        <h2>Keys</h2>
        <span className="push">
          <Button kind="ghost" size="sm" keys="Esc" onClick={onClose} data-autofocus="">
            Close
          </Button>
        </span>
      </div>
      <div className="keys-g">
        {groups(me).map(([name, rows]) => (
          <section key={name}>
            <h3>{name}</h3>
            <ul>
              {rows.map(([what, keys]) => (
                <li key={what}>
                  <span>{what}</span>
                  <span className="keys-k">
                    <Kbd keys={keys} apart />
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
