import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

export interface Crumb {
  name: string;
  to: '/work' | '/sign' | '/trail' | '/apis' | '/cases' | '/people';
}

/** A page: its title, what can be done on it, and a body that scrolls. */
export function Page({
  title,
  crumb,
  acts,
  children,
}: {
  title: string;
  crumb?: Crumb;
  acts?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} – Countersign`;
  }, [title]);
  return (
    <>
      <header className="head">
        {crumb && (
          <Link className="crumb" to={crumb.to}>
            {crumb.name}
          </Link>
        )}
        <h1 className="cut">{title}</h1>
        <div className="acts">{acts}</div>
      </header>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="body" tabIndex={0} role="region" aria-label={title}>
        {children}
      </div>
    </>
  );
}
