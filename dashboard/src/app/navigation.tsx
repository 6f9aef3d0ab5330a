import { Link, type LinkProps, useRouterState } from '@tanstack/react-router';
import Ban from 'lucide-react/icons/ban';
import BookOpen from 'lucide-react/icons/book-open';
import Building2 from 'lucide-react/icons/building-2';
import CalendarDays from 'lucide-react/icons/calendar-days';
import ChartLine from 'lucide-react/icons/chart-line';
import House from 'lucide-react/icons/house';
import Inbox from 'lucide-react/icons/inbox';
import LayoutTemplate from 'lucide-react/icons/layout-template';
import ListChecks from 'lucide-react/icons/list-checks';
import Mails from 'lucide-react/icons/mails';
import Megaphone from 'lucide-react/icons/megaphone';
import Settings from 'lucide-react/icons/settings';
import Users from 'lucide-react/icons/users';
import Workflow from 'lucide-react/icons/workflow';
import { viewerZone } from './time.ts';

interface Place {
  readonly name: string;
  readonly to: NonNullable<LinkProps['to']>;
  readonly Icon: typeof House;
  readonly isExact?: boolean;
}

const GROUPS: readonly (readonly Place[])[] = [
  [
    { name: 'Home', to: '/dashboard', Icon: House, isExact: true },
    { name: 'Inbox', to: '/inbox', Icon: Inbox },
  ],
  [
    { name: 'Series', to: '/dashboard/series', Icon: Workflow },
    { name: 'Broadcasts', to: '/dashboard/broadcasts', Icon: Megaphone },
    { name: 'Templates', to: '/dashboard/templates', Icon: LayoutTemplate },
    { name: 'Upcoming', to: '/dashboard/upcoming', Icon: CalendarDays },
    { name: 'Reports', to: '/dashboard/reports', Icon: ChartLine },
  ],
  [
    { name: 'People', to: '/dashboard/people', Icon: Users },
    { name: 'Companies', to: '/dashboard/companies', Icon: Building2 },
    { name: 'Messages', to: '/dashboard/messages', Icon: Mails },
    { name: 'Lists', to: '/dashboard/lists', Icon: ListChecks },
    { name: 'Suppressions', to: '/dashboard/suppressions', Icon: Ban },
  ],
];

const LINK =
  'flex h-10 items-center gap-2.5 rounded-ui px-2.5 text-ink hover:bg-sunken wide:h-8 ' +
  'data-[status=active]:bg-accent-wash data-[status=active]:font-semibold data-[status=active]:text-accent';

/** The way to every page. */
export function Navigation() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <nav aria-label="Pages" className="grid gap-3 p-2">
      {GROUPS.map((places, index) => (
        <ul key={index} className="grid gap-0.5">
          {places.map(({ name, to, Icon, isExact = false }) => (
            <li key={to}>
              <Link
                to={to}
                activeOptions={{ exact: isExact, includeSearch: false }}
                {...(to === '/dashboard/series' && path.startsWith('/dashboard/automation')
                  ? { 'data-status': 'active' }
                  : {})}
                className={LINK}
              >
                <Icon size={15} aria-hidden className="shrink-0" />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      ))}
      <ul>
        <li>
          <Link
            to="/dashboard/settings/$section"
            params={{ section: 'keys' }}
            data-status={path.startsWith('/dashboard/settings') ? 'active' : undefined}
            className={LINK}
          >
            <Settings size={15} aria-hidden className="shrink-0" />
            Settings
          </Link>
        </li>
        <li>
          <a href="/docs/" className={LINK}>
            <BookOpen size={15} aria-hidden className="shrink-0" />
            Documentation
          </a>
        </li>
      </ul>
      <p className="px-2.5 text-xs text-muted" title="Where no other zone is named">
        Times are those of {viewerZone.replaceAll('_', ' ')}
      </p>
    </nav>
  );
}
