import { useMemo } from 'react';
import { frameDocumentOf, outsideImageCount } from './frame-document.ts';

/**
 * Links may open a tab of their own; that is all. No scripts, no forms, and an origin of its own, so
 * that a message can neither read this page nor change it.
 */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

export function MessageHtml({ html }: { readonly html: string }) {
  const { document, outside } = useMemo(
    () => ({ document: frameDocumentOf(html), outside: outsideImageCount(html) }),
    [html],
  );
  if (html === '') return <p className="text-muted">This message has no HTML part.</p>;
  return (
    <>
      {outside > 0 && (
        <p className="mb-3 text-sm text-muted">
          {outside === 1 ? '1 image from elsewhere is' : `${outside} images from elsewhere are`} not
          loaded: loading would tell the sender that the message was read.
        </p>
      )}
      <iframe
        title="The message as HTML"
        sandbox={SANDBOX}
        referrerPolicy="no-referrer"
        srcDoc={document}
        className="min-h-[60dvh] w-full flex-1 rounded-ui border bg-mail wide:min-h-[34rem]"
      />
    </>
  );
}
