import { useState } from 'react';
import { useAsk, useDo } from '../../../api/ask.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';

/** The secret that webhook steps and alerts are signed with. */
export function WebhookSecret() {
  const secret = useAsk('GET /webhook_secret', {});
  const [isShown, setIsShown] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const rotate = useDo('POST /webhook_secret/rotate', { onDone: () => setIsAsking(false) });
  return (
    <SettingsBlock
      title="Signing secret"
      hint="Webhook steps and alerts carry a Standard Webhooks signature made with it. Endpoints have secrets of their own."
      actions={<Button onClick={() => setIsAsking(true)}>Rotate…</Button>}
    >
      <Failure error={secret.error} />
      {secret.isPending && <Skeleton className="h-8 w-80" />}
      {secret.data !== undefined &&
        (isShown ? (
          <CopyText text={secret.data.secret} label="Copy the secret" />
        ) : (
          <Button className="justify-self-start" onClick={() => setIsShown(true)}>
            Show the secret
          </Button>
        ))}
      <Confirm
        open={isAsking}
        onOpenChange={setIsAsking}
        title="Make a new secret?"
        confirm="Rotate"
        isPending={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate({})}
      >
        <p>Webhooks are signed with both for 24 hours; give your servers the new one by then.</p>
      </Confirm>
    </SettingsBlock>
  );
}
