export { readDataset } from './data/read-dataset.ts';
export { trainingSource } from './data/training-source.ts';
export { trainChurn } from './train-churn.ts';
export { chooseOffers, trainOffers } from './train-nbo.ts';
