import type { Host } from '../api/types';

/** One power agent as its form holds it; the password is empty while the stored one stays. */
export interface AgentForm {
  type: string;
  address: string;
  port: string;
  username: string;
  password: string;
  options: string;
}

export const MAX_AGENTS = 4;
export const EMPTY_AGENT: AgentForm = {
  type: 'ipmilan',
  address: '',
  port: '',
  username: '',
  password: '',
  options: '',
};

/** `lanplus=1, cipher=3` ↔ options. */
export function parseOptions(text: string): Record<string, string> {
  const pairs = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

export function agentForms(host: Host): AgentForm[] {
  return (host.powerManagement?.agents ?? []).map((agent) => ({
    type: agent.type,
    address: agent.address,
    port: agent.port ? String(agent.port) : '',
    username: agent.username ?? '',
    password: '',
    options: Object.entries(agent.options ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
  }));
}

/** The request body of PUT and of the test. */
export function powerBody(enabled: boolean, use: string, agents: readonly AgentForm[]) {
  return {
    enabled,
    use,
    agents: agents.map((agent) => ({
      type: agent.type,
      address: agent.address.trim(),
      ...(agent.port ? { port: Number(agent.port) } : {}),
      username: agent.username,
      options: parseOptions(agent.options),
      ...(agent.password ? { password: agent.password } : {}),
    })),
  };
}
