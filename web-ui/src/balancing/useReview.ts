import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { oneKey } from '../api/queries';
import type { BalancingPlan } from '../api/types';
import { useNotifications } from '../common/Notifications';

/** Asks for a change of a plan, one at a time; a refusal is shown in the engine's words. */
export function useReview(planId: string) {
  const [busy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const { failed } = useNotifications();

  const review = async (what: string, ask: () => Promise<BalancingPlan>) => {
    setBusy(true);
    try {
      queryClient.setQueryData(oneKey('balancing_plan', planId), await ask());
    } catch (error) {
      failed(`${what} was refused`, error);
    }
    await queryClient.invalidateQueries({ queryKey: ['balancing_plan', 'list'] });
    setBusy(false);
  };
  return { busy, review };
}
