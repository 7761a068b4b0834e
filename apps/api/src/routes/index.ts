import type { Route } from '../http/route.ts';
import { audienceDiff, audienceMembers } from './audience-members.ts';
import { createAudience, deleteAudience, listAudiences, readAudience } from './audiences.ts';
import { dwhStatus } from './dwh-status.ts';
import { customerPredictions, customerSegments } from './customers.ts';
import { invalidateCache, listColumns, readFeatures } from './dwh.ts';
import { eraseCustomer } from './erase-customer.ts';
import { health, readiness } from './health.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { listMembers } from './list-members.ts';
import { listSegments } from './list-segments.ts';
import { activateModel, compareModel, modelDetail, modelList, rollBackModel } from './models.ts';
import { listOffers, updateOffer } from './offers.ts';
import { listSchedules, runNightly, updateNightly } from './schedules.ts';
import { docsPage, errorsPage, overviewPage } from './pages.ts';
import { predictManyCustomers, predictOneCustomer, testPrediction } from './predict-customers.ts';
import { predictSegment } from './predict-segment.ts';
import { previewSegment } from './preview-segment.ts';
import { readSegment } from './read-segment.ts';
import { calculateSegment, recalculateSegment } from './recalculate-segment.ts';
import { runEvents } from './run-events.ts';
import { runErrors, runResults } from './run-results.ts';
import { cancelRun, run, runList } from './runs.ts';
import { healthTable, segmentStats } from './segment-stats.ts';
import { segmentTrends } from './segment-trends.ts';
import { segmentDrivers } from './segment-drivers.ts';
import { apiDocument, mlStatus } from './service.ts';
import { readSession, signIn, signOut } from './session.ts';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  replayDelivery,
  updateWebhook,
  webhookDeliveries,
} from './webhooks.ts';
import { trainModel } from './train-model.ts';
import { createSegment, deleteSegment, updateSegment } from './write-segments.ts';

const DOCUMENTED: readonly Route[] = [
  listSegments,
  createSegment,
  // Before the segment of an id, which "preview" would be taken for.
  previewSegment,
  readSegment,
  updateSegment,
  deleteSegment,
  recalculateSegment,
  calculateSegment,
  listMembers,
  segmentStats,
  segmentDrivers,
  predictSegment,
  runList,
  run,
  cancelRun,
  runEvents,
  runResults,
  runErrors,
  listWebhooks,
  createWebhook,
  updateWebhook,
  deleteWebhook,
  webhookDeliveries,
  replayDelivery,
  healthTable,
  segmentTrends,
  predictManyCustomers,
  predictOneCustomer,
  testPrediction,
  customerSegments,
  customerPredictions,
  listColumns,
  readFeatures,
  dwhStatus,
  eraseCustomer,
  createAudience,
  listAudiences,
  readAudience,
  deleteAudience,
  audienceMembers,
  audienceDiff,
  listOffers,
  updateOffer,
  listSchedules,
  updateNightly,
  runNightly,
  modelList,
  modelDetail,
  activateModel,
  rollBackModel,
  compareModel,
  trainModel,
  invalidateCache,
  mlStatus,
  listKeys,
  createKey,
  revokeKey,
  signIn,
  readSession,
  signOut,
  health,
  readiness,
  overviewPage,
  docsPage,
  errorsPage,
];

/** The table of routes: what is not here does not exist. */
export const ROUTES: readonly Route[] = [...DOCUMENTED, apiDocument(DOCUMENTED)];
