import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ContractView, Preview, Reason } from '~/api/types';
import { shown } from '~/api/errors';
import { useClient } from '~/app/services';
import { Refusal } from '~/ui/Fault';
import { HopList } from '~/ui/Hops';
import { Panel } from '~/ui/parts';
import { Claims, NoVerdict, Verdict, type Way } from '~/ui/Verdict';
import { type Form, inputOf } from './form';

const DEBOUNCE_MS = 250;

function useDebounced<T>(value: T, ms: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return late;
}

/** What policy would say of the form as it stands, asked a moment after each change. */
export function usePreview(form: Form, about: string) {
  const client = useClient();
  const late = useDebounced(form, DEBOUNCE_MS);
  const input = inputOf(late, about);
  const enough = form.actions.length > 0 && late.actions.length > 0;
  const preview = useQuery({
    queryKey: ['preview', input],
    queryFn: enough ? () => client.request_preview(input) : skipToken,
    placeholderData: keepPreviousData,
    staleTime: 5000,
  });
  return { data: enough ? preview.data : undefined, error: enough ? preview.error : null };
}

interface Props {
  form: Form;
  contract: ContractView;
  preview: { data: Preview | undefined; error: unknown };
  onChange: (more: Partial<Form>) => void;
}

/** Beside the form, live: what policy says, and the very claims. */
export function WhatHappens({ form, contract, preview, onChange }: Props) {
  const { data, error } = preview;
  const none = data === undefined ? 'not yet' : data.verdict.outcome === 'refused' ? 'refused' : undefined;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <aside className="req-out" tabIndex={0} aria-label="What would happen">
      {form.actions.length === 0 ? (
        <NoVerdict heading="Choose at least one action" text="What policy says appears here as you choose." />
      ) : error ? (
        shown(error).wayOn === 'correct_it' ? (
          <NoVerdict heading={shown(error).heading} text={shown(error).text} />
        ) : (
          <Refusal error={error} />
        )
      ) : data ? (
        <Verdict
          verdict={data.verdict}
          mode={form.mode}
          // Where nothing refuses, there is nothing to get out of.
          wayOut={(reason) => (none === 'refused' ? wayOut(reason, form, contract, onChange) : undefined)}
        />
      ) : (
        <NoVerdict heading="Asking policy" text="It answers in a moment." />
      )}
      {data && data.hops.length > 0 && (
        <Panel title="What it takes at other APIs">
          <div className="stack">
            <p className="small two">Whoever signs your request signs this with it.</p>
            <HopList hops={data.hops} />
          </div>
        </Panel>
      )}
      <Claims claims={data?.claims ?? []} form={tokenForm(contract)} none={none} />
    </aside>
  );
}

/** What its tokens are, in a few words. */
const tokenForm = (contract: ContractView) =>
  contract.format === 'opaque' ? 'opaque; introspects to' : `at+jwt, ${contract.alg}`;

/** What on the form would lift this reason, where one thing would. */
function wayOut(reason: Reason, form: Form, contract: ContractView, onChange: Props['onChange']): Way | undefined {
  if (form.mode === 'impersonation' && reason.rule.includes('impersonation') && contract.modes.includes('delegated'))
    return { label: 'Switch to delegated', act: () => onChange({ mode: 'delegated' }) };
  // A refused verdict names the limit only in its sentence.
  const max = Number(/ask for (\d+) at most/.exec(reason.text)?.[1] ?? 0);
  if (max > 0 && form.minutes > max) return { label: `Use ${max} minutes`, act: () => onChange({ minutes: max }) };
  return undefined;
}
