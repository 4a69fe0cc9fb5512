import { createBrowserRouter, redirect, type RouteObject } from 'react-router';
import { adminAddresses } from '#contracts';
import { RouteFailed } from './ui/pages/route-failed';

/** The screens below `/admin`, each its own chunk. A new screen is one line here and one in `shell/screens.ts`. */
const admin: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('./home/home-page')).HomePage }) },
  { path: 'directory', lazy: async () => ({ Component: (await import('./directory/directory-page')).DirectoryPage }) },
  {
    path: 'directory/import',
    lazy: async () => ({ Component: (await import('./directory/import/import-page')).ImportPage }),
  },
  {
    path: 'directory/duplicates',
    lazy: async () => ({ Component: (await import('./directory/duplicates/duplicates-page')).DuplicatesPage }),
  },
  { path: 'directory/:id', lazy: async () => ({ Component: (await import('./directory/person-page')).PersonPage }) },
  { path: 'smart-lists', lazy: async () => ({ Component: (await import('./smart-lists/lists-page')).ListsPage }) },
  { path: 'smart-lists/:id', lazy: async () => ({ Component: (await import('./smart-lists/list-page')).ListPage }) },
  {
    path: 'automations',
    lazy: async () => ({ Component: (await import('./automations/automations-page')).AutomationsPage }),
  },
  {
    path: 'automations/new',
    lazy: async () => ({ Component: (await import('./automations/new-automation-page')).NewAutomationPage }),
  },
  { path: 'automations/:id', lazy: async () => ({ Component: (await import('./canvas/canvas-page')).CanvasPage }) },
  {
    path: 'email-studio',
    lazy: async () => ({ Component: (await import('./email-studio/broadcasts/studio/studio-page')).StudioPage }),
  },
  {
    path: 'email/wizard',
    lazy: async () => ({ Component: (await import('./email-studio/broadcasts/broadcast-page')).BroadcastPage }),
  },
  {
    path: 'email/templates',
    lazy: async () => ({ Component: (await import('./email-studio/templates/templates-page')).TemplatesPage }),
  },
  {
    path: 'email/templates/:id',
    lazy: async () => ({ Component: (await import('./email-studio/templates/template-page')).TemplatePage }),
  },
  { path: 'outbox', lazy: async () => ({ Component: (await import('./outbox/outbox-page')).OutboxPage }) },
  { path: 'audit', lazy: async () => ({ Component: (await import('./audit/audit-page')).AuditPage }) },
  { path: 'settings', lazy: async () => ({ Component: (await import('./settings/settings-page')).SettingsPage }) },
];

/** The pages of customers, who see nothing of the admin. */
const learn: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('./learn/learn-page')).LearnPage }) },
  {
    path: 'sign-in',
    lazy: async () => ({ Component: (await import('./learn/learn-sign-in-page')).LearnSignInPage }),
  },
  { path: 'reset', lazy: async () => ({ Component: (await import('./learn/learn-reset-page')).LearnResetPage }) },
  {
    path: 'reset/:token',
    lazy: async () => ({ Component: (await import('./learn/learn-new-password-page')).LearnNewPasswordPage }),
  },
];

export const router = createBrowserRouter([
  { path: '/', loader: () => redirect(adminAddresses.home) },
  {
    path: '/sign-in',
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('./access/sign-in-page')).SignInPage }),
  },
  {
    path: '/reset',
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('./access/forgotten-page')).ForgottenPage }),
  },
  {
    path: '/reset/:token',
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('./access/reset-page')).ResetPage }),
  },
  {
    path: '/invite/:token',
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('./access/invite-page')).InvitePage }),
  },
  { path: '/learn', HydrateFallback: () => null, ErrorBoundary: RouteFailed, children: learn },
  {
    path: adminAddresses.home,
    lazy: async () => ({ Component: (await import('./shell/admin-shell')).AdminShell }),
    ErrorBoundary: RouteFailed,
    HydrateFallback: () => null,
    children: [
      { ErrorBoundary: RouteFailed, children: admin },
      { path: '*', lazy: async () => ({ Component: (await import('./shell/not-found')).NotFound }) },
    ],
  },
  {
    path: '*',
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('./shell/not-found')).NotFound }),
  },
]);

/** Leaves for the sign-in page: of customers from their pages, else of staff, remembering where the reader was. */
export async function toSignIn(): Promise<void> {
  const { pathname, search } = router.state.location;
  if (/^\/learn(\/|$)/.test(pathname)) {
    if (pathname !== '/learn/sign-in') await router.navigate('/learn/sign-in', { replace: true });
    return;
  }
  if (pathname === '/sign-in') return;
  await router.navigate(`/sign-in?to=${encodeURIComponent(pathname + search)}`, { replace: true });
}
