import { CircleX, type LucideIcon, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { shown } from '~/api/errors';
import { Button } from './Button';
import { Icon } from './Icon';
import { cx } from './text';

export interface ToastText {
  icon: LucideIcon;
  tone?: 't-pen' | 't-seal' | 't-ledger' | 't-ochre';
  title: string;
  text?: string;
  /** Errors stay until they are dismissed. */
  stays?: boolean;
}

type Say = (toast: ToastText) => void;
const SayContext = createContext<Say>(() => undefined);

/** Says what came of the person's own act. Never for what the page shows. */
export const useToast = () => useContext(SayContext);

/** Says that an act failed: what happened, what was not done. */
export function useFailure() {
  const say = useToast();
  return useCallback(
    (error: unknown) => {
      const it = shown(error);
      say({ icon: CircleX, tone: 't-seal', title: it.heading, text: it.text, stays: true });
    },
    [say],
  );
}

const SHOWN_MS = 6000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(ToastText & { id: number })[]>([]);
  const next = useRef(0);
  const say = useCallback<Say>((toast) => {
    next.current += 1;
    const id = next.current;
    setToasts((all) => [...all.slice(-3), { ...toast, id }]);
  }, []);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((t) => t.id !== id)), []);
  const list = useMemo(() => toasts, [toasts]);
  return (
    <SayContext value={say}>
      {children}
      <div className="toasts" role="region" aria-label="Messages" aria-live="polite">
        {list.map((t) => (
          <OneToast key={t.id} toast={t} onDone={() => drop(t.id)} />
        ))}
      </div>
    </SayContext>
  );
}

function OneToast({ toast, onDone }: { toast: ToastText; onDone: () => void }) {
  const [held, setHeld] = useState(false);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  useEffect(() => {
    if (held || toast.stays) return;
    const timer = setTimeout(() => done.current(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, toast.stays]);
  return (
    <div className="toast" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
      <Icon of={toast.icon} tone={cx(toast.tone)} />
      <div>
        <b>{toast.title}</b>
        {toast.text && <p className="two small">{toast.text}</p>}
      </div>
      <Button kind="ghost" size="sm" icon={X} aria-label="Dismiss" onClick={onDone} />
    </div>
  );
}
