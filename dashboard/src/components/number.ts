const whole = new Intl.NumberFormat('en');
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** `1,204` */
export const countOf = (count: number): string => whole.format(count);

/** `12.5%`; `–` where there is nothing to divide by. */
export const rateOf = (rate: number | null): string => (rate === null ? '–' : percent.format(rate));

/** `1 person`, `1,204 people` */
export const countedOf = (count: number, one: string, many: string): string =>
  `${countOf(count)} ${count === 1 ? one : many}`;
