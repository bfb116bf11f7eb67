#include "daemon/files/problem_log.h"

#include <gtest/gtest.h>

namespace portcullis {
namespace {

Problem problem(const std::string& file, int line, const std::string& message) {
  return {file, 1, {"NetworkPolicy default/web", "spec.podSelector", message, line}};
}

ProblemLog::News tell(ProblemLog& log, const std::vector<Problem>& problems) {
  return log.update(problem_lines(problems, {}));
}

TEST(ProblemLog, SaysEachProblemOnceWhenItAppearsAndOnceWhenItIsGone) {
  ProblemLog log;
  const Problem bad = problem("a.yaml", 3, "must be a mapping");
  const auto first = tell(log, {bad});
  EXPECT_EQ(first.appeared, std::vector<std::string>{to_string(bad)});
  EXPECT_TRUE(first.gone.empty());
  const auto again = tell(log, {bad});
  EXPECT_TRUE(again.appeared.empty());
  EXPECT_TRUE(again.gone.empty());
  const auto mended = tell(log, {});
  EXPECT_TRUE(mended.appeared.empty());
  EXPECT_EQ(mended.gone, std::vector<std::string>{to_string(bad)});
  EXPECT_TRUE(tell(log, {}).gone.empty());
}

TEST(ProblemLog, TellsWhatIsRejectedAsAProblemOfItsFile) {
  const Rejection rejection{"NetworkPolicy shop/p", "web.yaml, document 2", "exceeds its budget"};
  EXPECT_EQ(to_string(to_problem(rejection)),
            "web.yaml, document 2: NetworkPolicy shop/p: exceeds its budget");
  EXPECT_EQ(to_string(to_problem({"NetworkPolicy shop/p", "", "exceeds its budget"})),
            "API server: NetworkPolicy shop/p: exceeds its budget");
}

TEST(ProblemLog, AProblemThatMovesToAnotherLineIsNoNews) {
  ProblemLog log;
  tell(log, {problem("a.yaml", 3, "must be a mapping")});
  const auto moved = tell(log, {problem("a.yaml", 7, "must be a mapping")});
  EXPECT_TRUE(moved.appeared.empty());
  EXPECT_TRUE(moved.gone.empty());
}

TEST(ProblemLog, AnotherMessageOrFileIsAnotherProblem) {
  ProblemLog log;
  tell(log, {problem("a.yaml", 3, "must be a mapping")});
  const auto news =
      tell(log, {problem("a.yaml", 3, "has an unknown field"), problem("b.yaml", 3, "x")});
  EXPECT_EQ(news.appeared.size(), 2U);
  EXPECT_EQ(news.gone.size(), 1U);
  EXPECT_EQ(log.standing().size(), 2U);
}

TEST(ProblemLog, AddressConflictsAreProblems) {
  AddressConflict conflict;
  conflict.address = *parse_address("10.0.0.1");
  conflict.owner = {"default", "a"};
  conflict.other = {"default", "b"};
  ProblemLog log;
  const auto news = log.update(problem_lines({}, {conflict}));
  EXPECT_EQ(news.appeared, std::vector<std::string>{to_string(conflict)});
}

}  // namespace
}  // namespace portcullis
