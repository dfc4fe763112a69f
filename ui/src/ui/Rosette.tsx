import { memo } from 'react';

const byteAt = (hash: string, i: number) =>
  Number.parseInt(hash.slice((i * 2) % Math.max(1, hash.length - 1)).slice(0, 2), 16) || 0;

interface Ring {
  radius: number;
  swing: number;
  petals: number;
  copies: number;
  steps: number;
  wobble?: number;
}

function ring(centre: number, { radius, swing, petals, copies, steps, wobble = 0 }: Ring): string[] {
  return Array.from({ length: copies }, (_, copy) => {
    const phase = (2 * Math.PI * copy) / copies;
    const points = Array.from({ length: steps + 1 }, (_, i) => {
      const t = (2 * Math.PI * i) / steps;
      const r = radius + swing * Math.cos(petals * t + phase) * (1 + wobble * Math.cos(3 * t));
      return `${(centre + r * Math.cos(t)).toFixed(1)} ${(centre + r * Math.sin(t)).toFixed(1)}`;
    });
    return `M${points.join('L')}Z`;
  });
}

function rings(hash: string, size: number): string[] {
  const c = size / 2;
  const b = (i: number) => byteAt(hash, i);
  if (size < 30)
    return ring(c, {
      radius: c * 0.62,
      swing: c * (0.2 + (b(1) % 4) * 0.045),
      petals: 4 + (b(0) % 6),
      copies: 2,
      steps: 72,
    });
  const outer = 0.7 + (b(0) % 8) / 60;
  const swing = 0.07 + (b(1) % 16) / 95;
  return [
    ...ring(c, {
      radius: c * (outer - swing * 0.2),
      swing: c * swing,
      petals: 4 + (b(2) % 17),
      copies: 4 + (b(3) % 4),
      steps: 220,
      wobble: (b(4) % 3) * 0.18,
    }),
    ...ring(c, {
      radius: c * (0.26 + (b(5) % 12) / 60),
      swing: c * (0.06 + (b(6) % 14) / 100),
      petals: 3 + (b(7) % 13),
      copies: 3 + (b(8) % 4),
      steps: 160,
    }),
    ...(b(9) % 2
      ? ring(c, { radius: c * 0.95, swing: c * 0.03, petals: 36 + (b(10) % 24), copies: 2, steps: 320 })
      : []),
  ];
}

/** A hash drawn: equal hashes, equal rosettes. It stands beside the hash's letters, never instead of them. */
export const Rosette = memo(function Rosette({
  hash,
  size = 16,
  className,
}: {
  hash: string;
  size?: number;
  className?: string;
}) {
  return (
    <svg
      className={className ? `ros ${className}` : 'ros'}
      width={size}
      height={size}
      viewBox={`0 0 ${size} ${size}`}
      strokeWidth={size < 30 ? 1.1 : 0.85}
      aria-hidden="true"
    >
      {rings(hash, size).map((d, i) => (
        <path key={i} d={d} />
      ))}
    </svg>
  );
});

const BAND = Array.from({ length: 6 }, (_, k) => {
  const points = Array.from({ length: 281 }, (_, i) => {
    const x = i * 5;
    const y = 7 + (k < 3 ? 5.2 : 2.6) * Math.sin(x / (k < 3 ? 17 : 8.5) + (k * 2 * Math.PI) / 3);
    return `${x} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}).join('');

/** The engraved band on top of an instrument. */
export function Band() {
  return (
    <svg className="band" viewBox="0 0 1400 14" preserveAspectRatio="xMinYMid slice" aria-hidden="true">
      <path d={BAND} fill="none" stroke="currentColor" strokeWidth=".7" />
    </svg>
  );
}

/** Two hands on one line. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <path className="mark-line" d="M2 16.4h16" />
      <path className="mark-one" d="M4.2 13.6c1.4-4.6 3.2-9.4 4.6-9.4 1.7 0-1.7 9 .3 9 .8 0 1.4-.8 1.9-1.8" />
      <path className="mark-two" d="M10.2 13.6c1.4-4.6 3.2-9.4 4.6-9.4 1.7 0-1.7 9 .3 9 .8 0 1.4-.8 1.9-1.8" />
    </svg>
  );
}
