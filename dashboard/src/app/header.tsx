import type { Side, WorkspaceSide } from '@milepost/sdk';
import clsx from 'clsx';
import Keyboard from 'lucide-react/icons/keyboard';
import Milestone from 'lucide-react/icons/milestone';
import Moon from 'lucide-react/icons/moon';
import Sun from 'lucide-react/icons/sun';
import UserPlus from 'lucide-react/icons/user-plus';
import { Button } from '../components/ui/button.tsx';
import { Select } from '../components/ui/field.tsx';
import { Segmented } from '../components/ui/segmented.tsx';
import { go, open } from './location.ts';
import { toggleTheme, useTheme } from './theme.ts';
import { workspacesOf } from './workspaces.ts';

interface HeaderProps {
  readonly sides: readonly WorkspaceSide[];
  readonly side: WorkspaceSide;
  readonly onShowKeys: () => void;
}

/** The bar over every page. On a live side it is a solid sign: nobody works there by mistake. */
export function Header({ sides, side, onShowKeys }: HeaderProps) {
  return (
    <header
      className={clsx(
        'flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-3 py-2 wide:h-12 wide:px-5 wide:py-0',
        'bg-panel text-ink',
        side.side === 'live' && 'on-live',
      )}
    >
      <span className="flex items-center gap-1.5 font-semibold">
        <Milestone size={18} aria-hidden className="text-accent" />
        <span className="hidden wide:inline">Milepost</span>
        <h1 className="font-normal text-muted">Inbox</h1>
      </span>
      <SideSwitch sides={sides} side={side} />
      <span className="ml-auto flex items-center gap-1">
        <Button look="plain" onClick={() => open({ enrolling: true })}>
          <UserPlus size={15} aria-hidden />
          <span>
            Enroll<span className="hidden wide:inline"> yourself</span>
          </span>
        </Button>
        <ThemeToggle />
        {/* Narrow pages are on phones, which have no keys. */}
        <span className="hidden wide:contents">
          <Button look="bare" square aria-label="Keyboard shortcuts" onClick={onShowKeys}>
            <Keyboard size={16} aria-hidden />
          </Button>
        </span>
      </span>
    </header>
  );
}

function SideSwitch({ sides, side }: Omit<HeaderProps, 'onShowKeys'>) {
  const workspaces = workspacesOf(sides);
  const here = workspaces.find(({ test, live }) => test?.id === side.id || live?.id === side.id);
  return (
    <div className="flex min-w-0 items-center gap-2">
      {workspaces.length > 1 ? (
        <Select
          aria-label="Workspace"
          className="max-w-44"
          value={here === undefined ? -1 : workspaces.indexOf(here)}
          onChange={(event) => {
            const next = workspaces[Number(event.target.value)];
            show(next?.test ?? next?.live);
          }}
        >
          {workspaces.map(({ name }, index) => (
            <option key={index} value={index}>
              {name}
            </option>
          ))}
        </Select>
      ) : (
        <span className="hidden max-w-56 truncate text-muted wide:inline">{side.name}</span>
      )}
      <Segmented<Side>
        label="Side of the workspace"
        value={side.side}
        segments={[
          { value: 'test', label: 'Test', disabled: (here?.test ?? null) === null },
          { value: 'live', label: 'Live', disabled: (here?.live ?? null) === null },
        ]}
        onChange={(next) => show(here?.[next])}
      />
    </div>
  );
}

function show(side: WorkspaceSide | null | undefined): void {
  if (side === null || side === undefined) return;
  const nothingOpen = { messageId: null, tab: null, enrolling: false, status: null, text: '' };
  go({ side: side.id, ...nothingOpen }, 'replace');
}

function ThemeToggle() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button look="bare" square aria-label={`Switch to ${other} colours`} onClick={toggleTheme}>
      {theme === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
    </Button>
  );
}
