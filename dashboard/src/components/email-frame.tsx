import clsx from 'clsx';
import { useEffect, useId, useRef, useState } from 'react';

/**
 * Links may open a tab of their own; that is all. No scripts, no forms, and an origin of its own, so
 * that an email can neither read this page nor change it. The server says the same in its policy.
 */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';
/** While one types, the frame is written anew this seldom. */
const SETTLE_MS = 250;

interface EmailFrameProps {
  readonly title: string;
  readonly html: string;
  /** Pictures from elsewhere are loaded only when asked for: loading tells the sender. */
  readonly loadsImages?: boolean;
  /** As a reader's dark mode would ask for it. */
  readonly isDark?: boolean;
  readonly className?: string;
}

/**
 * The body of an email. It goes to the server and comes back into the frame under a policy of its own:
 * the policy of this page, which a frame made here would inherit, allows no styles in a document.
 */
export function EmailFrame(props: EmailFrameProps) {
  const { title, html, loadsImages = false, isDark = false, className } = props;
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const [shown, setShown] = useState({ html, loadsImages, isDark, count: 0 });
  useEffect(() => {
    const isShown =
      shown.html === html && shown.loadsImages === loadsImages && shown.isDark === isDark;
    if (isShown) return undefined;
    const next = { html, loadsImages, isDark, count: shown.count + 1 };
    const timer = setTimeout(() => setShown(next), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [html, loadsImages, isDark, shown]);
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what is shown is in the form
  useEffect(() => form.current?.submit(), [shown]);
  // A new frame for each body: one that is used again would fill the history of the tab.
  const name = `email${id}${shown.count}`;
  return (
    <>
      <form ref={form} method="post" action="/email-frame" target={name} hidden>
        <input type="hidden" name="html" value={shown.html} />
        <input type="hidden" name="images" value={shown.loadsImages ? 'yes' : 'no'} />
        <input type="hidden" name="scheme" value={shown.isDark ? 'dark' : 'light'} />
      </form>
      <iframe
        key={name}
        title={title}
        name={name}
        sandbox={SANDBOX}
        referrerPolicy="no-referrer"
        className={clsx('w-full rounded-ui border bg-mail', className)}
      />
    </>
  );
}
