import type { Side, WorkspaceSide } from '@milepost/sdk';
import clsx from 'clsx';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import Menu from 'lucide-react/icons/menu';
import Milestone from 'lucide-react/icons/milestone';
import Moon from 'lucide-react/icons/moon';
import Sun from 'lucide-react/icons/sun';
import { useSide } from '../api/side.ts';
import { Button } from '../components/ui/button.tsx';
import { Select } from '../components/ui/field.tsx';
import { Segmented } from '../components/ui/segmented.tsx';
import { MemberMenu } from './member-menu.tsx';
import { toggleTheme, useTheme } from './theme.ts';
import { workspacesOf } from './workspaces.ts';

interface TopBarProps {
  readonly sides: readonly WorkspaceSide[];
  readonly onMenu: () => void;
  /** Where the open page puts its controls. */
  readonly slotRef: (slot: HTMLElement | null) => void;
}

/** The bar over every page. On a live side it is a solid sign: nobody works there by mistake. */
export function TopBar({ sides, onMenu, slotRef }: TopBarProps) {
  const { side } = useSide();
  return (
    <header
      className={clsx(
        'flex items-center gap-x-2 border-b px-3 py-2 wide:h-12 wide:gap-x-3 wide:px-4 wide:py-0',
        'bg-panel text-ink',
        side.side === 'live' && 'on-live',
      )}
    >
      <span className="wide:hidden">
        <Button look="bare" square aria-label="Pages" onClick={onMenu}>
          <Menu size={18} aria-hidden />
        </Button>
      </span>
      <span className="hidden items-center gap-1.5 font-semibold min-[26rem]:flex">
        <Milestone size={18} aria-hidden className="text-accent" />
        <span className="hidden wide:inline">Milepost</span>
      </span>
      <SideSwitch sides={sides} side={side} />
      <span className="ml-auto flex items-center gap-1">
        <span ref={slotRef} className="contents" />
        <ThemeToggle />
        <MemberMenu />
      </span>
    </header>
  );
}

interface SideSwitchProps {
  readonly sides: readonly WorkspaceSide[];
  readonly side: WorkspaceSide;
}

function SideSwitch({ sides, side }: SideSwitchProps) {
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const show = (next: WorkspaceSide | null): void => {
    if (next !== null) void navigate({ to: pathOn(path), search: { w: next.id } } as never);
  };
  const workspaces = workspacesOf(sides);
  const here = workspaces.find(({ test, live }) => test?.id === side.id || live?.id === side.id);
  return (
    <div className="flex min-w-0 items-center gap-2">
      {workspaces.length > 1 ? (
        <Select
          aria-label="Workspace"
          className="max-w-44 min-w-0"
          value={here === undefined ? -1 : workspaces.indexOf(here)}
          onChange={(event) => {
            const next = workspaces[Number(event.target.value)];
            show(next?.test ?? next?.live ?? null);
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
        onChange={(next) => show(here?.[next] ?? null)}
      />
    </div>
  );
}

function pathOn(path: string): string {
  // What one side has, the other has not: from one thing, to the list of its kind.
  return /^\/dashboard\/(automation|broadcasts|people|companies|lists)\/./.test(path)
    ? path
        .replace(/^\/dashboard\/automation\/.*/, '/dashboard/series')
        .replace(/^(\/dashboard\/\w+)\/.*/, '$1')
    : path;
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
