// Which broken experiment files the schema accepts, and why it cannot do otherwise.
'use strict';

const reasons = {
  'YAML has resolved the spelling: True is true, 010 is 10, 0x10 is 16; tags and anchors are gone': [
    'boolean_capital', 'octal_number', 'hexadecimal_number', 'tag', 'anchor',
  ],
  'JSON numbers are doubles: 2^64 equals 2^64 - 1, and 1.0 equals 1': ['seed_beyond_64_bits', 'split_of_everything'],
  'it depends on another file': ['extends_missing', 'extends_itself'],
  'it is what a text means: an expression, a pattern, a name': [
    'expression_syntax', 'expression_unknown_name', 'expression_unused_name', 'group_with_a_bad_pattern', 'group_that_matches_nothing',
    'target_never_measured', 'early_stop_on_a_split_that_is_not_there', 'best_of_what_is_not_measured', 'empty_metric_name',
    'plateau_of_what_is_not_measured', 'plateau_of_what_is_not_measured_inside_another', 'plateau_of_no_name',
  ],
  'options contradict each other': [
    'nesterov_without_momentum', 'split_and_separate_file', 'start_of_another_length', 'metric_twice', 'bounds_the_wrong_way_round',
    'momentum_of_an_optimizer_without', 'milestones_that_do_not_fit', 'unit_inside_a_product', 'comparison_that_widens_two_options',
    'comparison_that_widens_nothing',
  ],
  'values must be counted or compared': [
    'split_that_leaves_nothing', 'rows_and_targets_of_other_lengths', 'ragged_rows', 'batch_that_rows_do_not_fill',
    'last_batch_of_one_row_for_batch_norm', 'last_batch_of_one_row_where_the_size_is_the_default', 'standardized_without_a_mean',
    'standardized_beyond_the_type',
  ],
  'data, model, loss and metrics must fit each other': [
    'cross_entropy_of_values', 'mse_of_three_texts', 'mse_of_too_many_outputs', 'bce_of_three_classes', 'fewer_outputs_than_classes',
    'class_weights_of_another_length', 'layer_that_cannot_take_its_input', 'metric_of_classes_for_values', 'metric_of_values_for_classes',
    'metric_of_two_classes_for_three', 'metric_of_one_target_for_two', 'metrics_of_nothing_held_out', 'counts_below_zero',
    'probabilities_above_one', 'logarithms_of_probabilities_above_zero', 'target_out_of_range_in_a_separate_part',
    'softmax_across_the_samples', 'softmax_across_the_samples_from_behind',
  ],
  'the keys of a sweep are paths, and its values stand for others of the file': [
    'sweep_of_nothing', 'sweep_with_a_value_twice', 'sweep_with_a_point_twice', 'sweep_with_a_log_grid_too_fine',
    'sweep_between_no_numbers', 'sweep_between_numbers_that_descend', 'sweep_of_too_many_trials',
    'sweep_of_a_path_and_what_holds_it', 'sweep_of_a_path_twice', 'sweep_of_what_no_trial_changes',
    'sweep_of_an_unknown_key', 'sweep_with_wrong_values_on_every_axis', 'sweep_with_wrong_values_drawn',
    'sweep_of_epochs_beside_steps', 'sweep_of_epochs_with_an_objective', 'comparison_of_nothing',
    'comparison_tuning_what_none_has', 'comparison_with_a_tuned_value_twice', 'comparison_of_equal_lists',
    'sweep_of_an_objective_beside_a_model', 'sweep_of_steps_beside_epochs', 'sweep_of_metrics_with_one_twice',
    'comparison_of_too_many_candidates',
  ],
};

const unseen = new Map(Object.entries(reasons).flatMap(([reason, names]) => names.map((name) => [name, reason])));
const kExitData = 4; // the fault is in a data file or a checkpoint

// ajv sees these; the language server takes infinities and NaN for numbers, follows merge keys, leaves an empty file and an
// unknown key without a value alone, and finds an unclosed quote or a second document where they end.
const unseenByServer = new Set([
  'not_a_number', 'infinite_number', 'overflowing_number', 'merge_key', 'only_a_comment', 'unclosed_quote', 'quote_never_closed',
  'second_document', 'model_without_loss', 'option_without_a_space_behind_its_colon',
]);

module.exports = { isUnseen: ({ name, code }) => code === kExitData || unseen.has(name), unseen, unseenByServer };
