import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  retainSearchParams,
} from '@tanstack/react-router';
import { Gate } from './gate.tsx';
import { NotFound } from './not-found.tsx';
import { queryOf, searchOf, type Search } from './search.ts';

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
  // The side stays in the address wherever one goes.
  search: { middlewares: [retainSearchParams(['w'])] },
  component: Outlet,
  notFoundComponent: NotFound,
});

/** For whoever is not signed in. */
const outside = createRoute({ getParentRoute: () => root, id: 'outside' });

/** For members: a side, and the frame around every page. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Gate });

const setup = createRoute({
  getParentRoute: () => outside,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/sign-in/setup-page.tsx'), 'SetupPage'),
});
const signIn = createRoute({
  getParentRoute: () => outside,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});
const invitation = createRoute({
  getParentRoute: () => outside,
  path: '/invitation',
  component: lazyRouteComponent(
    () => import('../pages/sign-in/invitation-page.tsx'),
    'InvitationPage',
  ),
});
const resetPassword = createRoute({
  getParentRoute: () => outside,
  path: '/reset-password',
  component: lazyRouteComponent(
    () => import('../pages/sign-in/reset-password-page.tsx'),
    'ResetPasswordPage',
  ),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard',
  component: lazyRouteComponent(() => import('../pages/home/home-page.tsx'), 'HomePage'),
});
const inbox = createRoute({
  getParentRoute: () => inside,
  path: '/inbox',
  component: lazyRouteComponent(() => import('../pages/inbox/inbox-page.tsx'), 'InboxPage'),
});
const series = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/series',
  component: lazyRouteComponent(() => import('../pages/series/series-page.tsx'), 'SeriesPage'),
});
const automation = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/automation/$id',
  component: lazyRouteComponent(
    () => import('../pages/automation/automation-page.tsx'),
    'AutomationPage',
  ),
});
const templates = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/templates',
  component: lazyRouteComponent(
    () => import('../pages/templates/templates-page.tsx'),
    'TemplatesPage',
  ),
});
const template = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/templates/$id',
  component: lazyRouteComponent(
    () => import('../pages/templates/template-page.tsx'),
    'TemplatePage',
  ),
});
const broadcasts = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/broadcasts',
  component: lazyRouteComponent(
    () => import('../pages/broadcasts/broadcasts-page.tsx'),
    'BroadcastsPage',
  ),
});
const broadcast = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/broadcasts/$id',
  component: lazyRouteComponent(
    () => import('../pages/broadcasts/broadcast-page.tsx'),
    'BroadcastPage',
  ),
});
const people = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/people',
  component: lazyRouteComponent(() => import('../pages/people/people-page.tsx'), 'PeoplePage'),
});
const person = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/people/$userId',
  component: lazyRouteComponent(() => import('../pages/people/person-page.tsx'), 'PersonPage'),
});
const companies = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/companies',
  component: lazyRouteComponent(
    () => import('../pages/companies/companies-page.tsx'),
    'CompaniesPage',
  ),
});
const company = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/companies/$companyId',
  component: lazyRouteComponent(() => import('../pages/companies/company-page.tsx'), 'CompanyPage'),
});
const messages = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/messages',
  component: lazyRouteComponent(
    () => import('../pages/messages/messages-page.tsx'),
    'MessagesPage',
  ),
});
const lists = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/lists',
  component: lazyRouteComponent(() => import('../pages/lists/lists-page.tsx'), 'ListsPage'),
});
const list = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/lists/$id',
  component: lazyRouteComponent(() => import('../pages/lists/list-page.tsx'), 'ListPage'),
});
const suppressions = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/suppressions',
  component: lazyRouteComponent(
    () => import('../pages/lists/suppressions-page.tsx'),
    'SuppressionsPage',
  ),
});
const reports = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/reports',
  component: lazyRouteComponent(() => import('../pages/reports/reports-page.tsx'), 'ReportsPage'),
});
const upcoming = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/upcoming',
  component: lazyRouteComponent(
    () => import('../pages/upcoming/upcoming-page.tsx'),
    'UpcomingPage',
  ),
});
const confirm = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/confirm/$id',
  component: lazyRouteComponent(() => import('../pages/confirm/confirm-page.tsx'), 'ConfirmPage'),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/dashboard/settings/$section',
  component: lazyRouteComponent(
    () => import('../pages/settings/settings-page.tsx'),
    'SettingsPage',
  ),
});

const tree = root.addChildren([
  outside.addChildren([setup, signIn, invitation, resetPassword]),
  inside.addChildren([
    home,
    inbox,
    series,
    automation,
    templates,
    template,
    broadcasts,
    broadcast,
    people,
    person,
    companies,
    company,
    messages,
    lists,
    list,
    suppressions,
    reports,
    upcoming,
    confirm,
    settings,
  ]),
]);

/** Every page, each in a chunk of its own that is loaded when it is first opened, or pointed at. */
export const router = createRouter({
  routeTree: tree,
  parseSearch: searchOf,
  stringifySearch: queryOf,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
