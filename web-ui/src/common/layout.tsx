import {
  Breadcrumb,
  BreadcrumbItem,
  Card,
  CardBody,
  CardTitle,
  Spinner,
  Tab,
  Tabs,
  TabTitleText,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { ProblemAlert } from './ProblemAlert';

interface HeaderProps {
  title: string;
  icon?: ReactNode;
  subtitle?: ReactNode;
  path?: { to: string; label: string }[];
  actions?: ReactNode;
}

export function PageHeader({ title, icon, subtitle, path = [], actions }: HeaderProps) {
  return (
    <header className="kv-page-header">
      {path.length > 0 && (
        <Breadcrumb>
          {path.map((step) => (
            <BreadcrumbItem key={step.to}>
              <Link to={step.to}>{step.label}</Link>
            </BreadcrumbItem>
          ))}
        </Breadcrumb>
      )}
      <div className="kv-page-title">
        {icon}
        <h1>{title}</h1>
        {subtitle && <div className="kv-page-subtitle">{subtitle}</div>}
        {actions && <div className="kv-page-actions">{actions}</div>}
      </div>
    </header>
  );
}

export interface PageTab {
  key: string;
  title: string;
  content: () => ReactNode;
}

/** Tabs whose choice is part of the address. */
export function RoutedTabs({ base, tabs, active }: { base: string; tabs: PageTab[]; active: string | undefined }) {
  const navigate = useNavigate();
  const current = tabs.find((tab) => tab.key === active) ?? tabs[0];
  return (
    <>
      <Tabs
        className="kv-tabs"
        activeKey={current?.key}
        onSelect={(_event, key) => void navigate(key === tabs[0]?.key ? base : `${base}/${key}`)}
        aria-label="Sections"
      >
        {tabs.map((tab) => (
          <Tab key={tab.key} eventKey={tab.key} title={<TabTitleText>{tab.title}</TabTitleText>} />
        ))}
      </Tabs>
      <div className="kv-page-body">{current?.content()}</div>
    </>
  );
}

export function Panel({ title, children, actions }: { title: string; children: ReactNode; actions?: ReactNode }) {
  return (
    <Card isCompact className="kv-panel">
      <CardTitle>
        <span className="kv-panel-title">
          {title}
          {actions}
        </span>
      </CardTitle>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

/** Pairs of a name and a value, dense. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="kv-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A usage as a bar with its words; above 90 % it warns. */
export function Meter({ ratio, label, text }: { ratio: number | null | undefined; label: string; text?: string }) {
  const known = ratio !== null && ratio !== undefined && !Number.isNaN(ratio);
  const part = known ? Math.min(1, Math.max(0, ratio)) : 0;
  const tone = part >= 0.9 ? 'bad' : part >= 0.75 ? 'warning' : 'normal';
  return (
    <div className="kv-meter">
      <div className="kv-meter-text">
        <span>{label}</span>
        <span>{text ?? (known ? `${Math.round(part * 100)} %` : '–')}</span>
      </div>
      <div
        className={`kv-bar kv-bar-${tone}`}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
      >
        <span style={{ width: `${part * 100}%` }} />
      </div>
    </div>
  );
}

/** What a page shows while its object is on the way, or could not be had. */
export function Pending({ error }: { error: unknown }) {
  if (error) return <div className="kv-page-body">{<ProblemAlert error={error} />}</div>;
  return (
    <div className="kv-pending">
      <Spinner aria-label="Loading" size="lg" />
    </div>
  );
}
