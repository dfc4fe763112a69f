import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play, VenetianMask } from 'lucide-react';
import type { RequestView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient, useConsole, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { useFailure } from '~/ui/Toast';

/** Starts a signed request: from here on the clock runs. */
export function useStart(request: RequestView) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const fail = useFailure();
  const { acting } = useConsole();
  const offline = useOfflineWhy();
  const start = useMutation({
    mutationFn: () => client.delegation_start(request.id),
    onSuccess: () => navigate({ to: '/explorer' }),
    onError: fail,
    onSettled: () => {
      for (const queryKey of [keys.requests, keys.delegations, keys.cases])
        void queries.invalidateQueries({ queryKey });
    },
  });
  const live = acting?.live && !acting.ended;
  const why = offline ?? (live ? `this console acts for ${acting.customer.subject}; end that first` : undefined);
  return { start, why };
}

export function StartButton({ request, small }: { request: RequestView; small?: boolean }) {
  const { start, why } = useStart(request);
  const masked = request.mode === 'impersonation';
  return (
    <Button
      kind={masked ? 'danger-solid' : 'sign'}
      size={small ? 'sm' : 'lg'}
      icon={masked ? VenetianMask : Play}
      keys={small ? undefined : 'mod+enter'}
      why={why}
      busy={start.isPending}
      onClick={() => start.mutate()}
    >
      {small ? 'Start' : masked ? `Start to impersonate, ${request.minutes} min` : `Start, ${request.minutes} min`}
    </Button>
  );
}
