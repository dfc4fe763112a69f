import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RequestReview, RequestView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';

/** Signs or refuses over the digest that was looked at. The shell asks for the fresh proof in between. */
export function useReview(request: RequestView, onDone: (now: RequestView) => void) {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Omit<RequestReview, 'digest'>) =>
      client.request_review(request.id, { ...input, digest: request.digest }),
    onSuccess: (now) => {
      queries.setQueryData(keys.request(now.id), now);
      onDone(now);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.requests }),
  });
}
