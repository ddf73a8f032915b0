import type { KvorumEvent } from '../api/types';
import { Empty } from '../common/Empty';
import { ObjectLink } from '../common/ObjectLink';
import { RelativeTime } from '../common/RelativeTime';
import { StateLabel } from '../common/StateLabel';

export function EventTable({ events, compact = false }: { events: KvorumEvent[] | undefined; compact?: boolean }) {
  if (events?.length === 0) return <Empty title="No events" />;
  return (
    <table className="kv-grid" aria-label="Events">
      <thead>
        <tr>
          <th>Time</th>
          <th>Severity</th>
          <th>Message</th>
          {!compact && <th>Object</th>}
          {!compact && <th>By</th>}
        </tr>
      </thead>
      <tbody>
        {events?.map((event) => (
          <tr key={event.id}>
            <td>
              <RelativeTime time={event.time} />
            </td>
            <td>
              <StateLabel state={event.severity} />
            </td>
            <td className="kv-words" title={event.message}>
              {event.message}
            </td>
            {!compact && (
              <td>
                <ObjectLink subject={event.subject} />
              </td>
            )}
            {!compact && <td>{event.actor}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
