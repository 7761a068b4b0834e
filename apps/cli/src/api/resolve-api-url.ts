import { loadConfig, readRunning } from '@segcast/runtime';

/** The address of the API: as given, else of the Segcast that runs here, else as configured. */
export function resolveApiUrl(given: string | undefined): string {
  if (given !== undefined) return given;
  const { dataDir, http } = loadConfig();
  return readRunning(dataDir)?.apiUrl ?? `http://${http.host}:${http.port}`;
}
