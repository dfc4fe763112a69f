import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Lock, LockOpen } from 'lucide-react';
import type { ClientView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { series } from '~/ui/text';
import { useToast } from '~/ui/Toast';
import { byKeys, bySecret } from './methods';

/** Says what follows, then shuts a client out or lets it in again. */
export function DisableDialog({ of, onClose }: { of: ClientView; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const disable = of.disabled_at === undefined;
  const kept = bySecret(of.auth) ? 'secrets' : byKeys(of.auth) ? 'keys' : 'certificate';
  const change = useMutation({
    mutationFn: () => client.client_change(of.id, { disabled: disable }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.clients });
      say(
        disable
          ? { icon: Lock, title: `${of.id} is disabled`, text: 'It can’t come any more.' }
          : { icon: LockOpen, title: `${of.id} is enabled`, text: 'It can come again.' },
      );
      onClose();
    },
  });
  return (
    <Dialog
      title={disable ? `Disable ${of.id}?` : `Enable ${of.id} again?`}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            {disable ? 'Leave it enabled' : 'Leave it disabled'}
          </Button>
          <Button kind={disable ? 'danger-solid' : 'ink'} busy={change.isPending} onClick={() => change.mutate()}>
            {disable ? 'Disable' : 'Enable'} {of.id}
          </Button>
        </>
      }
    >
      {disable ? (
        <ul className="what-ends">
          <li>It can’t come any more: no exchange, no introspection, no token for itself.</li>
          <li>What it holds for itself is over at once.</li>
          <li>
            Tokens that it exchanged for others, and what came of them, no longer count as soon as somebody asks about
            them.
          </li>
          {of.apis.length > 0 && (
            <li>
              What {series(of.apis)} call at other APIs fails; by signature alone, such a token lives 5 min at most.
            </li>
          )}
          {of.introspects.length > 0 && <li>It is told nothing more about tokens of {series(of.introspects)}.</li>}
          <li>Its registration, {kept} and contracts stay; you can enable it again.</li>
        </ul>
      ) : (
        <p className="two">
          It can come again at once, with the {kept} that it had. What it had exchanged counts again, if its time is not
          over.
        </p>
      )}
      {change.error && <Refusal error={change.error} />}
    </Dialog>
  );
}
