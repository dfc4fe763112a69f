import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { DelegationView } from '~/api/types';
import { ActionFacts } from '~/features/requests/ActionList';
import { HopList, hopsCounted } from '~/ui/Hops';
import { Icon } from '~/ui/Icon';
import { Facts } from '~/ui/parts';
import { count } from '~/ui/text';
import { exact } from '~/ui/time';
import { Mode } from '~/ui/words';

/** How much was signed for, and on pressing what. */
export function BarDetails({ delegation: d }: { delegation: DelegationView }) {
  return (
    <Popover.Root>
      <Popover.Trigger className="bar-more">
        {d.api_name}, {count(d.actions.length, 'action')}
        {d.hops.length > 0 && `, ${hopsCounted(d.hops)}`}
        <Icon of={ChevronDown} size={14} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="bar-pop" aria-label="What was signed for" sideOffset={8} collisionPadding={8}>
          <h2>What was signed for, at {d.api_name}</h2>
          <ActionFacts actions={d.actions} />
          {d.hops.length > 0 && (
            <>
              <h2>And through it, at other APIs</h2>
              <HopList hops={d.hops} />
            </>
          )}
          <Facts
            rows={[
              ['Case', <span className="mono">{d.case.key}</span>],
              ['Mode', <Mode of={d.mode} />],
              ['Until', exact(d.ends_at)],
            ]}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
