import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { NavLink, Navigate, Outlet, useLocation, useNavigate } from 'react-router';
import { api, onUnauthorized } from '../api/client';
import type { Session } from '../api/types';
import { Pending } from '../common/layout';
import { problemOf } from '../api/problem';
import { LiveProvider, useConnected } from '../live/LiveProvider';
import { BottomPanel } from './BottomPanel';
import { InventoryTree } from './InventoryTree';
import { Resizer, useStoredSize } from './Resizer';
import { DisconnectedBanner, TopBar } from './TopBar';

const SECTIONS: [string, string][] = [
  ['/', 'Dashboard'],
  ['/hosts', 'Hosts'],
  ['/vms', 'Virtual machines'],
  ['/templates', 'Templates'],
  ['/images', 'Images'],
  ['/storage-domains', 'Storage'],
  ['/networks', 'Networks'],
  ['/data-centers', 'Data centers'],
  ['/scheduling-policies', 'Scheduling'],
  ['/affinity-labels', 'Labels'],
  ['/quotas', 'Quotas'],
  ['/instance-types', 'Instance types'],
  ['/join-tokens', 'Join tokens'],
  ['/operations', 'Operations'],
  ['/events', 'Events'],
];

/** Everything behind the login: asks who is here, and sends strangers to the login page and back. */
export function Shell() {
  const location = useLocation();
  const navigate = useNavigate();
  const { data: session, error } = useQuery({
    queryKey: ['session'],
    queryFn: () => api.get<Session>('/session'),
    staleTime: 60_000,
    retry: false,
  });
  const here = location.pathname + location.search;
  useEffect(() => onUnauthorized(() => void navigate(`/login?next=${encodeURIComponent(here)}`)), [navigate, here]);

  if (error && problemOf(error).status === 401)
    return <Navigate to={`/login?next=${encodeURIComponent(here)}`} replace />;
  if (!session) return <Pending error={error} />;
  return (
    <LiveProvider>
      <Frame session={session} />
    </LiveProvider>
  );
}

function Frame({ session }: { session: Session }) {
  const [filter, setFilter] = useState('');
  const [width, setWidth] = useStoredSize('kvorum.tree.width', 264);
  const connected = useConnected();
  return (
    <div className="kv-shell">
      <a className="kv-skip" href="#main">
        Skip to content
      </a>
      <TopBar session={session} filter={filter} onFilter={setFilter} />
      {!connected && <DisconnectedBanner />}
      <div className="kv-middle">
        <aside className="kv-side" style={{ width }}>
          <nav aria-label="Sections" className="kv-nav">
            {SECTIONS.map(([to, label]) => (
              <NavLink key={to} to={to} end className={({ isActive }) => (isActive ? 'kv-selected' : '')}>
                {label}
              </NavLink>
            ))}
          </nav>
          <h2 className="kv-side-title">Inventory</h2>
          <InventoryTree filter={filter} />
        </aside>
        <Resizer
          direction="horizontal"
          label="Width of the inventory"
          size={width}
          min={180}
          max={560}
          onResize={setWidth}
        />
        <main id="main" className="kv-main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <BottomPanel />
    </div>
  );
}
