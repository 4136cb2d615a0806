package attack

import "errors"

var errVocabulary = errors.New("the models have different vocabularies")
