import packageJson from '../../package.json' with { type: 'json' };

/** The version of Milepost that is running, as in server/package.json. */
export const version: string = packageJson.version;
