import {
  Button,
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  MenuToggle,
  SearchInput,
} from '@patternfly/react-core';
import { UserIcon } from '@patternfly/react-icons/dist/esm/icons/user-icon';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api } from '../api/client';
import type { Session, Status } from '../api/types';
import { StateIcon } from '../common/StateLabel';
import { Logo } from './Logo';
import { useTheme, type Theme } from './theme';

interface Props {
  session: Session;
  filter: string;
  onFilter: (filter: string) => void;
}

export function useStatus() {
  return useQuery({ queryKey: ['status'], queryFn: () => api.get<Status>('/status'), refetchInterval: 30_000 });
}

export function TopBar({ session, filter, onFilter }: Props) {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      search.current?.focus();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);
  return (
    <header className="kv-masthead">
      <Link to="/" className="kv-home" aria-label="Kvorum, to the dashboard">
        <Logo />
      </Link>
      <SearchInput
        ref={search}
        className="kv-global-search"
        placeholder="Search the inventory ( / )"
        aria-label="Search the inventory"
        value={filter}
        onChange={(_event, value) => onFilter(value)}
        onClear={() => onFilter('')}
      />
      <Health />
      <UserMenu session={session} />
    </header>
  );
}

function Health() {
  const { data } = useStatus();
  if (!data) return <span className="kv-health" />;
  const hosts = data.hosts ?? { total: 0, up: 0 };
  const state = hosts.total === 0 ? 'planned' : hosts.up === hosts.total ? 'up' : hosts.up === 0 ? 'failed' : 'warning';
  return (
    <span className="kv-health">
      <Link to="/hosts" title="Hosts up, of all">
        <StateIcon state={state} title={`Hosts: ${state}`} />
        <strong>{hosts.up}</strong>/{hosts.total} hosts up
      </Link>
      <Link to="/vms" title="VMs running, of all">
        <StateIcon state={data.vms?.running ? 'up' : 'planned'} kind="vm" title="VMs" />
        <strong>{data.vms?.running ?? 0}</strong>/{data.vms?.total ?? 0} VMs running
      </Link>
    </span>
  );
}

function UserMenu({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useTheme();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { data: status } = useStatus();
  const logOut = async () => {
    await api.delete('/session').catch(() => undefined);
    queryClient.clear();
    void navigate('/login');
  };
  const themes: [Theme, string][] = [
    ['system', 'As the system'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ];
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          size="sm"
          variant="plainText"
          icon={<UserIcon />}
          isExpanded={open}
          onClick={() => setOpen(!open)}
          aria-label="User menu"
        >
          {session.username}
        </MenuToggle>
      )}
    >
      <DropdownGroup label="Theme">
        <DropdownList>
          {themes.map(([value, label]) => (
            <DropdownItem key={value} isSelected={theme === value} onClick={() => setTheme(value)}>
              {label}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownList>
        <DropdownItem onClick={() => void navigate('/tokens')}>API tokens</DropdownItem>
        <DropdownItem onClick={() => void logOut()}>Log out</DropdownItem>
      </DropdownList>
      {status && <p className="kv-version">Kvorum {status.version}</p>}
    </Dropdown>
  );
}

/** Shown while the stream of changes is down. */
export function DisconnectedBanner() {
  return (
    <div className="kv-disconnected" role="alert">
      <StateIcon state="warning" title="Warning" />
      <span>Disconnected from the engine. What you see may be old; trying again…</span>
      <Button variant="link" isInline onClick={() => window.location.reload()}>
        Reload
      </Button>
    </div>
  );
}
