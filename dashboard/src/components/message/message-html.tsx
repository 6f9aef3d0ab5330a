import { useMemo } from 'react';
import { EmailFrame } from '../email-frame.tsx';
import { outsideImageCount } from './outside-images.ts';

export function MessageHtml({ html }: { readonly html: string }) {
  const outside = useMemo(() => outsideImageCount(html), [html]);
  if (html === '') return <p className="text-muted">This message has no HTML part.</p>;
  return (
    <>
      {outside > 0 && (
        <p className="mb-3 text-sm text-muted">
          {outside === 1 ? '1 image from elsewhere is' : `${outside} images from elsewhere are`} not
          loaded: loading would tell the sender that the message was read.
        </p>
      )}
      <EmailFrame
        title="The message as HTML"
        html={html}
        className="min-h-[60dvh] flex-1 wide:min-h-[34rem]"
      />
    </>
  );
}
