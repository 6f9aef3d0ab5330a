import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { encode } from 'uqr';
import { authCall } from '../../../api/sign-in.ts';
import { CopyBlock } from '../../../components/copy-block.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';

/** What the server made: not in force until a code of it was given. */
export interface NewFactor {
  /** `otpauth://totp/…` */
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

interface ConfirmFactorProps {
  readonly factor: NewFactor;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function ConfirmFactor({ factor, onDone, onCancel }: ConfirmFactorProps) {
  const [code, setCode] = useState('');
  const verify = useMutation({
    mutationFn: () => authCall('/two-factor/verify-totp', { code: code.trim() }),
    onSuccess: onDone,
  });
  const secret = new URL(factor.totpURI).searchParams.get('secret') ?? '';
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate();
      }}
    >
      <div className="flex flex-wrap items-start gap-4">
        <QrCode text={factor.totpURI} />
        <div className="grid min-w-0 flex-1 gap-2">
          <p>Scan this with your app, or type the secret into it:</p>
          <CopyText text={secret} label="Copy the secret" />
        </div>
      </div>
      <CopyBlock
        title="Backup codes: keep them. Each works once, if your phone is lost."
        text={factor.backupCodes.join('\n')}
      />
      <div className="grid max-w-sm gap-3">
        <Field label="The code that your app shows now">
          {(ids) => (
            <Input
              {...ids}
              required
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <FormError error={verify.error} />
        <div className="flex gap-2">
          <Button type="submit" look="primary" disabled={verify.isPending}>
            Switch on
          </Button>
          <Button onClick={onCancel}>Cancel</Button>
        </div>
      </div>
    </form>
  );
}

/** Dark on light in both themes: that is what cameras read. */
function QrCode({ text }: { readonly text: string }) {
  const { size, path } = useMemo(() => {
    const { data, size: side } = encode(text, { border: 2 });
    const squares = data.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
    );
    return { size: side, path: squares.join('') };
  }, [text]);
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of the secret"
      shapeRendering="crispEdges"
      className="size-44 rounded-ui bg-mail"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
