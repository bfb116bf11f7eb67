#pragma once

#include <cpprest/astreambuf.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace portcullis::k8s {

// Receives the body of a response from cpprestsdk, as a stream buffer that is never read: each
// piece goes to `take`, and nothing more is read from the socket until its second argument is
// called.
class BodyBuffer : public concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
 public:
  using Proceed = std::function<void()>;
  using Take = std::function<void(std::string_view bytes, Proceed proceed)>;

  explicit BodyBuffer(Take take)
      : streambuf_state_manager<std::uint8_t>(std::ios_base::out), take_(std::move(take)) {}

 private:
  using Byte = std::uint8_t;
  using OpenMode = std::ios_base::openmode;

  static constexpr int_type kNothing = traits::eof();

  pplx::task<std::size_t> _putn(const Byte* bytes, std::size_t size) override {
    const pplx::task_completion_event<std::size_t> taken;
    take_({reinterpret_cast<const char*>(bytes), size}, [taken, size] { taken.set(size); });
    return pplx::create_task(taken);
  }

  pplx::task<int_type> _putc(Byte byte) override {
    return _putn(&byte, 1).then([byte](std::size_t) -> int_type { return byte; });
  }

  // The base class would block a worker until another worker acts when a piece's `proceed` is
  // dropped: if all of them blocked, none would ever continue.
  pplx::task<void> close(OpenMode) override {
    m_stream_can_write = false;
    return pplx::task_from_result();
  }

  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t in_avail() const override { return 0; }
  std::size_t buffer_size(OpenMode) const override { return 0; }
  void set_buffer_size(std::size_t, OpenMode) override {}
  pplx::task<int_type> _bumpc() override { return pplx::task_from_result(kNothing); }
  int_type _sbumpc() override { return kNothing; }
  pplx::task<int_type> _getc() override { return pplx::task_from_result(kNothing); }
  int_type _sgetc() override { return kNothing; }
  pplx::task<int_type> _nextc() override { return pplx::task_from_result(kNothing); }
  pplx::task<int_type> _ungetc() override { return pplx::task_from_result(kNothing); }
  pplx::task<std::size_t> _getn(Byte*, std::size_t) override {
    return pplx::task_from_result(std::size_t{0});
  }
  std::size_t _scopy(Byte*, std::size_t) override { return 0; }
  pos_type getpos(OpenMode) const override { return traits::eof(); }
  pos_type seekpos(pos_type, OpenMode) override { return traits::eof(); }
  pos_type seekoff(off_type, std::ios_base::seekdir, OpenMode) override { return traits::eof(); }
  Byte* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}
  bool acquire(Byte*&, std::size_t&) override { return false; }
  void release(Byte*, std::size_t) override {}

  const Take take_;
};

class BodyStream : public concurrency::streams::streambuf<std::uint8_t> {
 public:
  explicit BodyStream(BodyBuffer::Take take)
      : streambuf<std::uint8_t>(std::make_shared<BodyBuffer>(std::move(take))) {}
};

}  // namespace portcullis::k8s
