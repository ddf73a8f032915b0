import { Empty } from '../common/Empty';
import { ListPage } from '../common/ListPage';
import { ObjectLink } from '../common/ObjectLink';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';
import { NONE } from '../common/format';

const SEVERITIES = [
  { value: 'error', label: 'Errors' },
  { value: 'warning', label: 'Warnings' },
  { value: 'info', label: 'Information' },
];

export function EventsPage() {
  return (
    <ListPage
      kind="event"
      label="events"
      title="Events"
      searchable={false}
      filters={[{ name: 'severity', label: 'All severities', options: SEVERITIES }]}
      columns={[
        { title: 'Time', cell: (event) => <RelativeTime time={event.time} /> },
        { title: 'Severity', cell: (event) => <StateLabel state={event.severity} /> },
        { title: 'Message', cell: (event) => event.message, width: 50 },
        { title: 'Object', cell: (event) => <ObjectLink subject={event.subject} /> },
        { title: 'Code', cell: (event) => <code>{event.code}</code> },
        { title: 'By', cell: (event) => event.actor ?? NONE },
      ]}
      empty={<Empty title="No events yet" />}
    />
  );
}
