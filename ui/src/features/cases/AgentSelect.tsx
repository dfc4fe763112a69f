import { useQuery } from '@tanstack/react-query';
import { shown } from '~/api/errors';
import { peopleQuery } from '~/app/queries';
import { useClient, useMe } from '~/app/services';
import { Field } from './Field';

/** Whom a case can be given to: agents, and never oneself. */
export function AgentSelect({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const me = useMe();
  const { data, error } = useQuery(peopleQuery(useClient()));
  const agents = data?.filter((p) => p.roles.includes('agent') && p.id !== me.id) ?? [];
  const own = me.roles.includes('agent') ? ' Never yourself.' : '';
  return (
    <Field
      label="Assignee"
      wrong={error ? `The agents could not be looked up. ${shown(error).text}` : undefined}
      help={`Who works on it, and may ask because of it. People with the role agent.${own}`}
    >
      {(p) => (
        <select {...p} className="sel" value={value} onChange={(e) => onChange(e.target.value)}>
          <option value="">nobody yet</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
              {agent.state === 'invited' && ' (invited, has not joined)'}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
