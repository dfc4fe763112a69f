import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import type { CaseView, ContractView, Preview, RequestView } from '~/api/types';
import { useKeys } from '~/app/keys';
import { keys } from '~/app/queries';
import { useClient, useOfflineWhy } from '~/app/services';
import { sentence } from '~/api/errors';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { Seg } from '~/ui/Seg';
import { word } from '~/ui/text';
import { ActionChoice } from './ActionList';
import { type Form, inputOf, longest, minuteSteps, missing, REASON_MAX, startForm } from './form';
import { ModeChoice } from './ModeChoice';
import { usePreview, WhatHappens } from './WhatHappens';

interface Props {
  about: CaseView;
  contracts: readonly ContractView[];
  from: RequestView | undefined;
}

export function RequestForm({ about, contracts, from }: Props) {
  const id = useId();
  const [form, setForm] = useState(() => startForm(contracts, from));
  const change = (more: Partial<Form>) => setForm((f) => ({ ...f, ...more }));
  const preview = usePreview(form, about.id);
  const contract = contracts.find((c) => c.id === form.api);
  const { send, why, busy, error } = useAsk(form, about, preview.data);
  useKeys({ 'mod+enter': () => !why && !busy && send() });
  if (!contract) return null;
  const refused = preview.data?.verdict.outcome === 'refused';
  return (
    <>
      <form
        className="req-form"
        aria-label="What you ask for"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send();
        }}
      >
        <div className="scroll">
          <ApiChoice
            contracts={contracts}
            chosen={contract}
            onChange={(api) => setForm({ ...startForm(contracts.filter((c) => c.id === api)), reason: form.reason })}
          />
          <fieldset>
            <legend className="sr">Actions</legend>
            <div className="lab" aria-hidden="true">
              Actions <span className="hint">only what the case needs</span>
            </div>
            <ActionChoice
              actions={contract.actions}
              chosen={form.actions}
              onChange={(actions) => change({ actions })}
            />
          </fieldset>
          <div className="pair">
            <ModeChoice
              modes={contract.modes}
              mode={form.mode}
              onChange={(mode) => change({ mode, minutes: Math.min(form.minutes, longest(contract, mode)) })}
            />
            <MinuteChoice
              steps={minuteSteps(contract, form.mode, preview.data?.verdict)}
              minutes={form.minutes}
              onChange={(minutes) => change({ minutes })}
            />
          </div>
          <div>
            <label className="lab" htmlFor={`${id}why`}>
              Why <span className="hint">the people who sign read this</span>
            </label>
            <textarea
              className="area"
              id={`${id}why`}
              rows={3}
              maxLength={REASON_MAX}
              value={form.reason}
              aria-describedby={`${id}help`}
              onChange={(e) => change({ reason: e.target.value })}
            />
            <p className="help" id={`${id}help`}>
              What did the customer ask, and how do you know that it is them?
            </p>
          </div>
          {error && <Refusal error={error} />}
        </div>
        <footer className="req-foot">
          <AskButton preview={preview.data} why={why} busy={busy} />
          <DiscardButton />
          {why && !refused && <span className="push small mute sign-hint">{sentence(why)}</span>}
        </footer>
      </form>
      <WhatHappens form={form} contract={contract} preview={preview} onChange={change} />
    </>
  );
}

function useAsk(form: Form, about: CaseView, preview: Preview | undefined) {
  const client = useClient();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const offline = useOfflineWhy();
  const ask = useMutation({
    mutationFn: () => client.request_create(inputOf(form, about.id)),
    onSuccess: (made) => {
      queries.setQueryData(keys.request(made.id), made);
      for (const queryKey of [keys.requestList('mine'), keys.cases]) void queries.invalidateQueries({ queryKey });
      void navigate({ to: '/requests/$id', params: { id: made.id } });
    },
  });
  const refused = preview?.verdict.outcome === 'refused' ? preview.verdict.reasons[0]?.text : undefined;
  const why = offline ?? (form.actions.length === 0 ? missing(form) : (refused ?? missing(form)));
  return { send: () => !why && ask.mutate(), why, busy: ask.isPending, error: ask.error };
}

function AskButton({ preview, why, busy }: { preview: Preview | undefined; why: string | undefined; busy: boolean }) {
  const verdict = preview?.verdict;
  const label =
    verdict?.outcome === 'refused'
      ? 'Cannot be asked'
      : verdict
        ? `Ask for ${word(verdict.signatures)} ${verdict.signatures === 1 ? 'signature' : 'signatures'}`
        : 'Ask';
  return (
    <Button kind="ink" submit why={why} busy={busy} keys={why ? undefined : 'mod+enter'}>
      {label}
    </Button>
  );
}

function DiscardButton() {
  const navigate = useNavigate();
  return (
    <Button kind="ghost" onClick={() => void navigate({ to: '/work' })}>
      Discard
    </Button>
  );
}

function ApiChoice({
  contracts,
  chosen,
  onChange,
}: {
  contracts: readonly ContractView[];
  chosen: ContractView;
  onChange: (api: string) => void;
}) {
  return (
    <div>
      <span className="lab">
        API <span className="hint">{chosen.audience.replace(/^https?:\/\//, '')}</span>
      </span>
      {contracts.length === 1 ? (
        <p>{chosen.name}</p>
      ) : (
        <Seg
          label="API"
          items={contracts.map((c) => ({ value: c.id, label: c.name }))}
          value={chosen.id}
          onChange={onChange}
        />
      )}
    </div>
  );
}

function MinuteChoice({
  steps,
  minutes,
  onChange,
}: {
  steps: readonly number[];
  minutes: number;
  onChange: (minutes: number) => void;
}) {
  const shown = steps.includes(minutes) ? steps : [...steps, minutes].sort((a, b) => a - b);
  return (
    <div>
      <span className="lab">
        How long <span className="hint">min from your start</span>
      </span>
      <Seg
        label="How long"
        items={shown.map((m) => ({ value: String(m), label: String(m) }))}
        value={String(minutes)}
        onChange={(v) => onChange(Number(v))}
      />
      <p className="help">The clock starts when you start, not when it is signed.</p>
    </div>
  );
}
