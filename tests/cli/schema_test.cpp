#include "tests/cli/program.h"

#include "descent/experiment/json.h"

namespace descent::test {
namespace {

using Schema = Cli;

TEST_F(Schema, IsPrintedAsJson) {
  const Result result = descent({"schema"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(parse_json(result.out)["$schema"], "http://json-schema.org/draft-07/schema#");
}

}  // namespace
}  // namespace descent::test
