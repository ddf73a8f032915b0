import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createBrowserRouter, Link, RouterProvider, useRouteError } from 'react-router';
import { problemOf } from './api/problem';
import { ClusterPage } from './clusters/ClusterPage';
import { Empty } from './common/Empty';
import { NotificationsProvider } from './common/Notifications';
import { ConsolePage } from './console/ConsolePage';
import { DashboardPage } from './dashboard/DashboardPage';
import { DataCenterPage } from './dataCenters/DataCenterPage';
import { DataCentersPage } from './dataCenters/DataCentersPage';
import { EventsPage } from './events/EventsPage';
import { HostsPage } from './hosts/HostList';
import { HostPage } from './hosts/HostPage';
import { ImagesPage } from './images/ImagesPage';
import { InstanceTypesPage } from './instanceTypes/InstanceTypesPage';
import { JoinTokensPage } from './joinTokens/JoinTokensPage';
import { LabelsPage } from './labels/LabelsPage';
import { LoginPage } from './login/LoginPage';
import { NetworksPage } from './networks/NetworksPage';
import { OperationsPage } from './operations/OperationsPage';
import { QuotasPage } from './quotas/QuotasPage';
import { SchedulingPoliciesPage } from './scheduling/SchedulingPoliciesPage';
import { Shell } from './shell/Shell';
import { StorageDomainsPage } from './storage/StorageDomainsPage';
import { TemplatesPage } from './templates/TemplatesPage';
import { TokensPage } from './tokens/TokensPage';
import { VmsPage } from './vms/VmList';
import { VmPage } from './vms/VmPage';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The stream of changes says what is stale; this only bounds the harm of a lost message.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // A refusal stays one; only an engine that cannot be reached is asked again.
      retry: (failures, error) => problemOf(error).status === 0 && failures < 2,
    },
  },
});

function NotFound() {
  return (
    <Empty title="There is no such page" action={<Link to="/">To the dashboard</Link>}>
      The address may be wrong, or the object may have been deleted.
    </Empty>
  );
}

/** A page that breaks leaves the rest of the application standing. */
function BrokenPage() {
  const error = useRouteError();
  return (
    <Empty title="This page could not be shown" action={<Link to="/">To the dashboard</Link>}>
      {error instanceof Error ? error.message : String(error)}
    </Empty>
  );
}

const router = createBrowserRouter([
  { path: '/login', element: <LoginPage /> },
  { path: '/console/:vmId', element: <ConsolePage /> },
  {
    path: '/',
    element: <Shell />,
    children: [
      {
        errorElement: <BrokenPage />,
        children: [
          { index: true, element: <DashboardPage /> },
          { path: 'data-centers', element: <DataCentersPage /> },
          { path: 'data-centers/:id', element: <DataCenterPage /> },
          { path: 'clusters/:id/:tab?', element: <ClusterPage /> },
          { path: 'hosts', element: <HostsPage /> },
          { path: 'hosts/:id/:tab?', element: <HostPage /> },
          { path: 'vms', element: <VmsPage /> },
          { path: 'vms/:id/:tab?', element: <VmPage /> },
          { path: 'templates', element: <TemplatesPage /> },
          { path: 'images', element: <ImagesPage /> },
          { path: 'storage-domains', element: <StorageDomainsPage /> },
          { path: 'networks', element: <NetworksPage /> },
          { path: 'scheduling-policies', element: <SchedulingPoliciesPage /> },
          { path: 'affinity-labels', element: <LabelsPage /> },
          { path: 'quotas', element: <QuotasPage /> },
          { path: 'instance-types', element: <InstanceTypesPage /> },
          { path: 'join-tokens', element: <JoinTokensPage /> },
          { path: 'operations', element: <OperationsPage /> },
          { path: 'events', element: <EventsPage /> },
          { path: 'tokens', element: <TokensPage /> },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <NotificationsProvider>
        <RouterProvider router={router} />
      </NotificationsProvider>
    </QueryClientProvider>
  );
}
