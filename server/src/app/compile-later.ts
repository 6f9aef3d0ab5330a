import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { ErrorObject, ValidateFunction } from 'ajv';

type BuildSerializer = ReturnType<typeof SerializerSelector>;

/**
 * A validator that is compiled when it is first asked. There are hundreds of schemas, most of which a
 * process never uses; compiled ones take time at the start and tens of megabytes for ever.
 */
export function whenFirstUsed(compile: () => ValidateFunction) {
  let compiled: ValidateFunction | null = null;
  const validate = (data: unknown): boolean => {
    compiled ??= compile();
    const isValid = compiled(data);
    // Read right after the call, before anybody else can make one.
    validate.errors = compiled.errors ?? null;
    return isValid;
  };
  validate.errors = null as ErrorObject[] | null;
  return validate;
}

/** The same for what writes answers. */
export const serializersWhenFirstUsed: BuildSerializer = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options);
  return (route) => {
    let compiled: ReturnType<typeof compile> | null = null;
    return (data) => (compiled ??= compile(route))(data);
  };
};
