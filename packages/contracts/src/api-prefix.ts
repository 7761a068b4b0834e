/** The path under which the API lives. */
export const API_PREFIX = '/api/loyalty/v1';
