import { isIntegerIn, recordOf } from '../schedule/fault.ts';
import { OWN_COMPANY_TRAITS, RESERVED_COMPANY_TRAITS, type CompanyPatch } from './company.ts';
import { companyInvalid } from './errors.ts';
import { assertUserId } from './identify-input.ts';
import { assertData, dataOf, faultOfId, invalidTraits } from './traits-input.ts';
import { ownInstantOf, ownTextOf, splitTraits, type Data } from './traits-input.ts';

/** Traits plus context of one company, as JSON. */
const COMPANY_DATA_BYTES_MAX = 50_000;
/** What an integer of the database holds. */
const EMPLOYEE_COUNT_MAX = 2_147_483_647;

/** What a call to `POST /api/sdk/companies/identify` says, before traits and context are looked into. */
export interface CompanyCall extends Data {
  readonly companyId: string;
  /** The user to link; null when none is named. */
  readonly userId: string | null;
  readonly token: string | null;
}

/**
 * Reads the body of a company identify call.
 *
 * @throws `audience.company_invalid`, `audience.identify_invalid`, `audience.invalid_traits`, naming
 *   the field
 */
export function companyCallOf(body: unknown): CompanyCall {
  const fields = recordOf(body);
  const companyId = fields?.['company_id'];
  if (fields === null || companyId === undefined || companyId === null || companyId === '') {
    throw companyInvalid('company_id is required');
  }
  const fault = faultOfId(companyId);
  if (fault !== null) throw companyInvalid(`company_id ${fault}`);
  const userId = fields['user_id'] ?? '';
  assertUserId(userId);
  const data = dataOf(fields);
  const token = fields['user_token'] ?? null;
  if (token !== null && typeof token !== 'string') {
    throw companyInvalid('user_token must be a string');
  }
  return { companyId: companyId as string, userId: userId === '' ? null : userId, ...data, token };
}

/**
 * Traits and context of one company, checked, and split into own columns and the rest.
 *
 * @param docsUrl where reserved keys are explained
 * @throws `audience.reserved_traits`, `audience.invalid_traits`, `audience.data_too_large`
 */
export function companyPatchOf(data: Data, { docsUrl }: { docsUrl: string }): CompanyPatch {
  assertData(data, {
    bytesMax: COMPANY_DATA_BYTES_MAX,
    reserved: RESERVED_COMPANY_TRAITS,
    docsUrl,
  });
  const { own, custom } = splitTraits(data.traits, OWN_COMPANY_TRAITS, ownValueOf);
  return { own, traits: custom, context: data.context };
}

function ownValueOf(key: string, value: unknown): string | null {
  switch (key) {
    case 'signed_up_at':
      return ownInstantOf(key, value);
    case 'employee_count':
      return employeeCountOf(value);
    default:
      return ownTextOf(key, value);
  }
}

function employeeCountOf(value: unknown): string | null {
  if (value === null || value === '') return null;
  if (!isIntegerIn(value, 0, EMPLOYEE_COUNT_MAX)) {
    throw invalidTraits(`employee_count must be a whole number from 0 to ${EMPLOYEE_COUNT_MAX}`);
  }
  return String(value);
}
