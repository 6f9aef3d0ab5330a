import X from 'lucide-react/icons/x';
import { Toast as Primitive } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button } from './button.tsx';

/** Something that has happened, said once, in a corner. */
export interface Said {
  readonly title: string;
  readonly text?: string;
  readonly tone?: 'plain' | 'fault';
  /** What takes it back. */
  readonly undo?: () => void;
}

const SHOWN_MS = 6000;
const SHOWN_MAX = 3;

const Saying = createContext<(said: Said) => void>(() => undefined);

/** Says that something has happened; screen readers hear it too. */
export const useSay = (): ((said: Said) => void) => useContext(Saying);

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Said & { readonly id: number })[]>([]);
  const say = useCallback((said: Said) => {
    setToasts((all) => [...all, { ...said, id: (all.at(-1)?.id ?? 0) + 1 }].slice(-SHOWN_MAX));
  }, []);
  const drop = (id: number): void => setToasts((all) => all.filter((one) => one.id !== id));
  return (
    <Saying value={say}>
      <Primitive.Provider duration={SHOWN_MS} swipeDirection="right">
        {children}
        {toasts.map(({ id, title, text, tone = 'plain', undo }) => (
          <Primitive.Root
            key={id}
            type={tone === 'fault' ? 'foreground' : 'background'}
            onOpenChange={(isOpen) => !isOpen && drop(id)}
            className="flex items-start gap-3 rounded-ui border border-edge bg-panel p-3 shadow-lg"
          >
            <div className="min-w-0 flex-1">
              <Primitive.Title
                className={tone === 'fault' ? 'font-semibold text-fault' : 'font-semibold'}
              >
                {title}
              </Primitive.Title>
              {text !== undefined && (
                <Primitive.Description className="text-sm text-muted">{text}</Primitive.Description>
              )}
            </div>
            {undo !== undefined && (
              <Primitive.Action asChild altText="Undo">
                <Button onClick={undo}>Undo</Button>
              </Primitive.Action>
            )}
            <Primitive.Close asChild>
              <Button look="bare" square aria-label="Dismiss">
                <X size={14} aria-hidden />
              </Button>
            </Primitive.Close>
          </Primitive.Root>
        ))}
        <Primitive.Viewport className="fixed right-0 bottom-0 z-40 grid w-96 max-w-full gap-2 p-4" />
      </Primitive.Provider>
    </Saying>
  );
}
