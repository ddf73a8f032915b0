import { Button, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { problemOf } from '../api/problem';
import type { Problem, Session } from '../api/types';
import { ProblemView } from '../common/ProblemAlert';
import { Mark } from '../shell/Logo';

/** Only paths of this site: a link must not lead a person elsewhere after the login. */
export function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/login') ? next : '/';
}

export function LoginPage() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();

  const logIn = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const session = await api.post<Session>('/session', { username, password });
      queryClient.clear();
      queryClient.setQueryData(['session'], session);
      void navigate(safeNext(params.get('next')), { replace: true });
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <main className="kv-login">
      <div className="kv-login-card">
        <div className="kv-login-brand">
          <Mark size={44} />
          <h1>Kvorum</h1>
        </div>
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            void logIn();
          }}
        >
          {problem && <ProblemView problem={problem} />}
          <FormGroup label="User name" fieldId="username">
            <TextInput
              id="username"
              autoComplete="username"
              autoFocus
              value={username}
              onChange={(_event, value) => setUsername(value)}
            />
          </FormGroup>
          <FormGroup label="Password" fieldId="password">
            <TextInput
              id="password"
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(_event, value) => setPassword(value)}
            />
          </FormGroup>
          <Button type="submit" isBlock isLoading={busy} isDisabled={busy || !username || !password}>
            Log in
          </Button>
        </Form>
      </div>
    </main>
  );
}
