import { Link } from 'react-router';
import { NONE, words } from './format';

const PAGES: Record<string, string> = {
  data_center: '/data-centers',
  cluster: '/clusters',
  host: '/hosts',
  vm: '/vms',
};

const LISTS: Record<string, string> = {
  template: '/templates',
  image: '/images',
  storage_domain: '/storage-domains',
  network: '/networks',
  join_token: '/join-tokens',
  scheduling_policy: '/scheduling-policies',
  affinity_label: '/affinity-labels',
  quota: '/quotas',
  instance_type: '/instance-types',
};

export interface Subject {
  kind: string;
  id: string;
  name?: string | null;
}

/** Kinds are written `storage_domain`; older events may say `storage-domain` or `StorageDomain`. */
export function normalKind(kind: string): string {
  return kind
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
}

export function pathOf(subject: Subject): string | undefined {
  const kind = normalKind(subject.kind);
  return PAGES[kind] ? `${PAGES[kind]}/${subject.id}` : LISTS[kind];
}

export function ObjectLink({ subject }: { subject: Subject | null | undefined }) {
  if (!subject) return <span>{NONE}</span>;
  const label = subject.name ?? `${words(normalKind(subject.kind))} ${subject.id.slice(0, 8)}`;
  const path = pathOf(subject);
  return path ? <Link to={path}>{label}</Link> : <span>{label}</span>;
}
