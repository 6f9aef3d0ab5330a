import Milestone from 'lucide-react/icons/milestone';
import { type ReactNode, useEffect } from 'react';

interface SignInFrameProps {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

/** A page for whoever is not signed in: one thing to do, in the middle. */
export function SignInFrame({ title, hint, children }: SignInFrameProps) {
  useEffect(() => {
    document.title = `${title} · Milepost`;
  }, [title]);
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-5 p-5">
      <p className="flex items-center gap-2 font-semibold">
        <Milestone size={20} aria-hidden className="text-accent" />
        Milepost
      </p>
      <div className="grid gap-1">
        <h1 className="text-lg font-semibold">{title}</h1>
        {hint !== undefined && <p className="text-muted">{hint}</p>}
      </div>
      {children}
    </main>
  );
}
