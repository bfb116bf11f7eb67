#include "k8s-client/http/gunzip.h"

#include <zlib.h>

#include <new>

namespace portcullis::k8s {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;  // with gzip's header and checksum

}  // namespace

void Gunzip::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Gunzip::Gunzip() : stream_(new z_stream_s{}) {
  if (inflateInit2(stream_.get(), kGzip) != Z_OK) throw std::bad_alloc();
}

void Gunzip::give(std::string_view piece) {
  stream_->next_in = reinterpret_cast<const Bytef*>(piece.data());
  stream_->avail_in = static_cast<uInt>(piece.size());
}

Result<std::string_view> Gunzip::read() {
  stream_->next_out = reinterpret_cast<Bytef*>(text_.data());
  stream_->avail_out = static_cast<uInt>(text_.size());
  do {
    if (complete_ && stream_->avail_in == 0) break;
    if (complete_) inflateReset(stream_.get());  // a body may have several members
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    if (result == Z_BUF_ERROR) break;
    complete_ = result == Z_STREAM_END;
    if (result != Z_OK && !complete_) {
      return failure(ErrorCode::kIo, "the body is not valid gzip: is there a proxy?");
    }
  } while (stream_->avail_in > 0 && stream_->avail_out > 0);
  return std::string_view{text_.data(), text_.size() - stream_->avail_out};
}

}  // namespace portcullis::k8s
