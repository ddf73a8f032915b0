import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { problemOf } from '../api/problem';

interface Notice {
  key: number;
  variant: 'danger' | 'success' | 'info' | 'warning';
  title: string;
  body?: ReactNode;
}

interface Notifications {
  notify: (variant: Notice['variant'], title: string, body?: ReactNode) => void;
  failed: (what: string, error: unknown) => void;
}

const Context = createContext<Notifications>({ notify: () => undefined, failed: () => undefined });

export const useNotifications = () => useContext(Context);

/** More than this many at once would only hide the page. */
const MOST = 5;

export function NotificationsProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const next = useRef(0);
  const notify = useCallback((variant: Notice['variant'], title: string, body?: ReactNode) => {
    next.current += 1;
    const key = next.current;
    setNotices((all) => [...all, { key, variant, title, body }].slice(-MOST));
  }, []);
  const failed = useCallback(
    (what: string, error: unknown) => {
      const problem = problemOf(error);
      notify('danger', what, [problem.title, problem.detail].filter(Boolean).join(': '));
    },
    [notify],
  );
  const value = useMemo(() => ({ notify, failed }), [notify, failed]);
  const close = (key: number) => setNotices((all) => all.filter((notice) => notice.key !== key));

  return (
    <Context value={value}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {notices.map(({ key, variant, title, body }) => (
          <Alert
            key={key}
            variant={variant}
            title={title}
            timeout={variant === 'danger' ? 20000 : 6000}
            onTimeout={() => close(key)}
            actionClose={<AlertActionCloseButton onClose={() => close(key)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </Context>
  );
}
