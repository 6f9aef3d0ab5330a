import { createClient, type Identified, type SeriesCallAnswer } from '@milepost/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSide } from './side.ts';

/** Who is to be enrolled in what. */
export interface EnrollInput {
  readonly userId: string;
  readonly traits: Readonly<Record<string, string>>;
  readonly seriesId: string;
}

/** What the two calls answered. */
export interface Enrolled {
  readonly identified: Identified;
  readonly answer: SeriesCallAnswer;
}

/**
 * `POST /api/sdk/users/identify`, then `POST /api/sdk/series`: the calls an application makes, with
 * the key an application holds.
 */
export function useEnroll(widgetKey: string) {
  const { side } = useSide();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ userId, traits, seriesId }: EnrollInput): Promise<Enrolled> => {
      const { sdk } = createClient({ baseUrl: '', apiKey: widgetKey });
      const identified = await sdk.identify({ user_id: userId, traits });
      const answer = await sdk.series({ action: 'enroll', user_id: userId, series_id: seriesId });
      return { identified, answer };
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['ask', side.id] }),
  });
}
