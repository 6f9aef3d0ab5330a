/** One thing that a transport has to be told, for a form, a command line or a file. */
export interface TransportSetting {
  /** `api_key`. */
  readonly name: string;
  readonly label: string;
  /** Where it is found, and what it is for. */
  readonly help: string;
  /** Stored encrypted and never shown again. */
  readonly isSecret: boolean;
  readonly isRequired: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** What counts when it is left out. */
  readonly fallback?: string;
  /** What is wrong with a value, in words and without the value; null when nothing is. */
  readonly faultOf?: (value: string) => string | null;
}

/** Settings by name. Those left out count as their fallback. */
export type TransportValues = Readonly<Record<string, string>>;

export interface SettingFault {
  /** Of the setting. */
  readonly name: string;
  /** A sentence that begins with the setting's label. */
  readonly message: string;
}

/** Keys are tens of characters, a public key hundreds, an SMTP URL with its password a few hundred. */
const LENGTH_MAX = 4_096;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Everything that is wrong with the settings of a transport, in the order of its form. */
export function settingFaults(
  settings: readonly TransportSetting[],
  values: TransportValues,
): SettingFault[] {
  const unknown = Object.keys(values)
    .filter((name) => !settings.some((setting) => setting.name === name))
    .map((name) => ({ name, message: `There is no setting "${name}".` }));
  const faults = settings.flatMap((setting) => {
    const fault = faultIn(setting, Object.hasOwn(values, setting.name) ? values[setting.name] : '');
    return fault === null ? [] : [{ name: setting.name, message: `${setting.label} ${fault}.` }];
  });
  return [...faults, ...unknown];
}

function faultIn(setting: TransportSetting, value: unknown): string | null {
  const { isRequired, fallback, choices, faultOf } = setting;
  if (typeof value !== 'string') return 'must be a text';
  if (value === '') return isRequired && fallback === undefined ? 'is missing' : null;
  if (value.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`;
  if (CONTROL.test(value)) return 'holds a line break or another control character';
  if (value.trim() !== value) return 'begins or ends with a space';
  if (choices !== undefined && !choices.includes(value)) {
    return `must be one of ${choices.join(', ')}`;
  }
  return faultOf?.(value) ?? null;
}

/**
 * The value of each setting, fallbacks filled in; '' for what is left out and has none.
 *
 * @throws Error when `settingFaults` finds something
 */
export function settingReader(
  settings: readonly TransportSetting[],
  values: TransportValues,
): (name: string) => string {
  const [fault] = settingFaults(settings, values);
  if (fault !== undefined) throw new Error(fault.message);
  return (name) => {
    const setting = settings.find((one) => one.name === name);
    if (setting === undefined) throw new Error(`there is no setting "${name}"`);
    const value = Object.hasOwn(values, name) ? values[name] : '';
    return value === undefined || value === '' ? (setting.fallback ?? '') : value;
  };
}

/** For `faultOf`: a value of printable ASCII without spaces, as keys are, which a header can hold. */
export const keyFault = (value: string): string | null =>
  /^[!-~]+$/.test(value) ? null : 'holds a space or a letter that no key has';
